// Makes gzip for the tests of what reads it.
#pragma once

#include <isa-l/igzip_lib.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace tidemill {

/// Returns `text` as one gzip member.
inline std::string make_gzip(const std::string& text) {
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  std::vector<uint8_t> level_buffer(ISAL_DEF_LVL1_DEFAULT);
  std::string out(text.size() + text.size() / 8 + 1024, '\0');
  stream.level = 1;
  stream.level_buf = level_buffer.data();
  stream.level_buf_size = static_cast<uint32_t>(level_buffer.size());
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uint32_t>(text.size());
  stream.next_out = reinterpret_cast<uint8_t*>(out.data());
  stream.avail_out = static_cast<uint32_t>(out.size());
  if (isal_deflate_stateless(&stream) != COMP_OK) throw std::runtime_error("compression failed");
  out.resize(stream.total_out);
  return out;
}

}  // namespace tidemill
