// Deliberate crashes, for the tests that show that no moment to die loses or doubles anything.
#pragma once

#include <memory>
#include <string_view>

#include "io/file_system.h"

namespace tidemill {

/// Counts the steps at which a crash would matter and, when asked to, ends the process at one of
/// them.
///
/// The environment decides, so that a test can use the very program that users run:
///   TIDEMILL_FAULT=kill@N           SIGKILL before step N (from 1) of the process
///   TIDEMILL_FAULT=kill@NAME#N      SIGKILL before the Nth step of that name
///   TIDEMILL_FAULT_LOG=FILE         appends each step's number and name to FILE
/// Without these it does nothing. Any thread may call it.
void fault_step(std::string_view name);

/// Wraps a file system so that every change to it is a step: `write`, `put` (and `put-done` after
/// it), `remove`, `sync`. Returns it as it is when no faults are wanted.
std::unique_ptr<FileSystem> with_fault_steps(std::unique_ptr<FileSystem> files);

/// True when the environment asks for faults or their log.
bool faults_wanted();

}  // namespace tidemill
