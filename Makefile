# Tidemill's commands for people and for CI. `make` alone lists them.

JOBS ?= $(shell nproc)
export PATH := $(CURDIR)/build/third_party/node/bin:$(PATH)

SOURCES = $(shell find src tests/fuzz -name '*.cc' -o -name '*.h')

# What `make bench` runs: the size of its inputs, and which rows (all of benchmarks/rows where it is empty).
SCALE ?= 1
ROWS ?=

# How long `make fuzz` lets each target run.
FUZZ_SECONDS ?= 60

.PHONY: help demo test bench fuzz build dev asan tsan format tidy clean

help: ## list these commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: build ## build, run all examples on sample data, write their dashboards and an index page
	@tools/demo

test: ## build everything and run all tests
	@tools/setup test
	@$(call build_preset,release)
	@$(call build_preset,asan)
	@tools/test

bench: build ## measure against other programs: SCALE=0.1 for small inputs, ROWS="ratings papers" for some rows
	@tools/setup bench
	@python3 benchmarks/bench.py --scale $(SCALE) $(ROWS)

fuzz: ## look for inputs that break the readers, FUZZ_SECONDS=60 for each target of tests/fuzz
	@tools/setup fuzz
	@$(call build_preset,fuzz)
	@tools/fuzz $(FUZZ_SECONDS)

build: ## build the program: build/tidemill
	@tools/setup build
	@$(call build_preset,release)

dev: ## build quickly for development: build/dev
	@tools/setup build
	@$(call build_preset,dev)

asan: ## build with address and undefined behaviour sanitizers: build/asan
	@tools/setup build
	@$(call build_preset,asan)

tsan: ## build with the thread sanitizer: build/tsan
	@tools/setup build
	@$(call build_preset,tsan)

format: ## lay out all C++ sources
	@tools/setup test
	@clang-format-14 -i $(SOURCES)

tidy: dev ## lint all C++ sources
	@tools/setup test
	@run-clang-tidy-14 -quiet -p build/dev -j $(JOBS) '/src/.*\.cc$$'

clean: ## delete what was built, but not what was downloaded
	@rm -rf build/release build/dev build/asan build/tsan build/fuzz build/tidemill web/dist

# build_preset(name) configures once; Ninja configures again by itself when a CMake file or the list of sources changed.
build_preset = if [ ! -f build/$(1)/build.ninja ]; then cmake --preset $(1) --log-level=WARNING; fi && \
	cmake --build build/$(1) --parallel $(JOBS)
