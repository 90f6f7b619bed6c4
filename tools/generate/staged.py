"""Files that appear whole or not at all, with equal bytes for equal input."""

import contextlib
import os
import zlib

_GZIP_WINDOW_BITS = 31


@contextlib.contextmanager
def staged(path):
    """Opens a file for bytes beside `path` that takes its place when the block ends without an exception."""
    beside = path.with_name(path.name + ".staged")
    with beside.open("wb") as file:
        yield file
    os.replace(beside, path)


def write_gzip(path, chunks, level):
    """Writes chunks of bytes as one gzip member without a time. Returns the uncompressed and the compressed size."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, _GZIP_WINDOW_BITS)
    size = 0
    with staged(path) as file:
        for chunk in chunks:
            size += len(chunk)
            file.write(compressor.compress(chunk))
        file.write(compressor.flush())
        return size, file.tell()
