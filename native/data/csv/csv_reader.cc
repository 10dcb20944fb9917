#include "data/csv/csv_reader.h"

#include <cstring>

namespace thalweg::data {

void CsvReader::report(CsvFaultKind kind, const char* at, uint32_t column) {
  if (faults_ != nullptr) faults_->add({kind, static_cast<uint64_t>(at - begin_), column});
}

const char* CsvReader::skip_blanks(const char* at) const {
  while (at < end_ && is_blank(*at)) ++at;
  return at;
}

const char* CsvReader::skip_break(const char* at) const {
  if (at < end_ && *at == '\r') {
    ++at;
    return at < end_ && *at == '\n' ? at + 1 : at;
  }
  return at < end_ && *at == '\n' ? at + 1 : at;
}

const char* CsvReader::skip_empty_lines(const char* at) const {
  for (;;) {
    const char* place = format_.trims ? skip_blanks(at) : at;
    if (place == end_) return end_;
    if (*place != '\n' && *place != '\r') return at;
    at = skip_break(place);
  }
}

const char* CsvReader::read(const char* at, uint32_t column, CsvField* field) {
  if (format_.trims) at = skip_blanks(at);
  field->is_quoted = at < end_ && *at == format_.quote;
  return field->is_quoted ? read_quoted(at, column, field) : read_plain(at, column, field);
}

const char* CsvReader::read_plain(const char* at, uint32_t column, CsvField* field) {
  const char* const begin = at;
  bool is_stray = false;
  for (; !ends_field(at); ++at) {
    if (*at == format_.quote && !is_stray) {
      is_stray = true;
      report(CsvFaultKind::kStrayQuote, at, column);
    }
  }
  const char* last = at;
  if (format_.trims)
    while (last > begin && is_blank(last[-1])) --last;
  field->text = {begin, static_cast<size_t>(last - begin)};
  return at;
}

const char* CsvReader::find_quote(const char* at) const {
  const void* found =
      at < end_ ? std::memchr(at, format_.quote, static_cast<size_t>(end_ - at)) : nullptr;
  return found == nullptr ? end_ : static_cast<const char*>(found);
}

const char* CsvReader::read_quoted(const char* at, uint32_t column, CsvField* field) {
  const char* const opening = at++;
  const char* close = find_quote(at);
  const auto is_doubled = [&] { return close + 1 < end_ && close[1] == format_.quote; };
  const bool is_copied = close < end_ && is_doubled();
  if (is_copied) unquoted_.clear();
  while (close < end_ && is_doubled()) {
    unquoted_.append(at, close + 1);
    at = close + 2;
    close = find_quote(at);
  }
  field->text = {at, static_cast<size_t>(close - at)};
  if (is_copied) field->text = unquoted_.append(at, close);
  if (close == end_) {
    report(CsvFaultKind::kOpenQuote, opening, column);
    return end_;
  }
  at = format_.trims ? skip_blanks(close + 1) : close + 1;
  if (ends_field(at)) return at;
  if (!is_copied) unquoted_.assign(field->text);
  at = read_rest(close + 1, column);
  field->text = unquoted_;
  return at;
}

// Adds what follows a closing quote to the field, as other readers do.
const char* CsvReader::read_rest(const char* at, uint32_t column) {
  report(CsvFaultKind::kTextAfterQuote, at, column);
  const char* const begin = at;
  while (!ends_field(at)) ++at;
  unquoted_.append(begin, at);
  return at;
}

}  // namespace thalweg::data
