// Finds the fields of a text of separated values, one after another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv/csv_format.h"

namespace thalweg::data {

struct CsvField {
  std::string_view text;  // unquoted; valid until the next field is read
  bool is_quoted = false;
};

// The faults of a text: the first of them, and how many there are.
struct CsvFaults {
  static constexpr size_t kMost = 100;
  std::vector<CsvFault> first;
  uint64_t count = 0;

  void add(const CsvFault& fault) {
    if (first.size() < kMost) first.push_back(fault);
    ++count;
  }
};

class CsvReader {
 public:
  CsvReader(const CsvFormat& format, CsvFaults* faults) : format_(format), faults_(faults) {}

  // Sets the text, which may have moved since the last call.
  void set_text(const char* begin, const char* end) { begin_ = begin, end_ = end; }

  // Faults are counted already, because this is a second pass.
  void stop_reporting() { faults_ = nullptr; }

  // Reads the field at a place, and returns the place behind it, where a separator, a line break or
  // the end is.
  const char* read(const char* at, uint32_t column, CsvField* field);

  bool ends_field(const char* at) const {
    return at == end_ || *at == format_.separator || *at == '\n' || *at == '\r';
  }
  bool is_separator(const char* at) const { return at < end_ && *at == format_.separator; }
  // Returns the place behind spaces and tabs.
  const char* skip_blanks(const char* at) const;
  // Returns the place behind a line break: \n, \r\n, or \r alone.
  const char* skip_break(const char* at) const;
  // Returns the start of the next record: empty lines are none.
  const char* skip_empty_lines(const char* at) const;
  void report(CsvFaultKind kind, const char* at, uint32_t column);

 private:
  const char* read_plain(const char* at, uint32_t column, CsvField* field);
  const char* read_quoted(const char* at, uint32_t column, CsvField* field);
  const char* read_rest(const char* at, uint32_t column);
  const char* find_quote(const char* at) const;
  bool is_blank(char c) const { return (c == ' ' || c == '\t') && c != format_.separator; }

  const CsvFormat& format_;
  CsvFaults* faults_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  std::string unquoted_;
};

}  // namespace thalweg::data
