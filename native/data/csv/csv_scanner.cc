#include "data/csv/csv_scanner.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"

namespace thalweg::data {

// After so many rows, the number of all rows is guessed.
static constexpr uint64_t kRowsToGuessBy = 1024;

// Returns true where a number such as -999 means a missing value.
static bool has_numbers(const CsvFormat& format) {
  const auto is_number = [&format](const std::string& text) {
    const char* const end = text.data() + text.size();
    Decimal decimal;
    return read_decimal(text.data(), end, format.point, &decimal) == end;
  };
  return std::any_of(format.missing.begin(), format.missing.end(), is_number);
}

CsvScanner::CsvScanner(CsvFormat format, size_t start, bool is_strict)
    : format_(std::move(format)),
      start_(start),
      is_strict_(is_strict),
      reader_(format_, &faults_),
      has_missing_numbers_(has_numbers(format_)),
      position_(start) {
  columns_.reserve(format_.columns.size());
  for (const CsvColumnType type : format_.columns) columns_.emplace_back(type);
}

bool CsvScanner::advance(const char* text, size_t length, size_t budget) {
  text_ = text;
  end_ = text + length;
  reader_.set_text(text, end_);
  const char* at = text + std::min(position_, length);
  const char* const until = at + std::min(budget, static_cast<size_t>(end_ - at));
  bool goes_on = true;
  do {
    at = reader_.skip_empty_lines(at);
    if (at < end_) at = read_record(at);
    refuse_sizes(length);
    if (rows_ == kRowsToGuessBy) make_room(at);
    goes_on = at < end_ && !has_stopped();
  } while (goes_on && at < until);
  position_ = static_cast<size_t>(at - text);
  return goes_on || begin_second_pass();
}

// The most fields for each byte of the text.
static constexpr uint64_t kCellsAByte = 4;

// Rows of one byte may each stand for many missing values, and take far more memory than the text.
void CsvScanner::refuse_sizes(size_t length) const {
  constexpr uint64_t kFewCells = uint64_t{1} << 20;
  const uint64_t cells = rows_ * columns_.size();
  if (cells > kFewCells && cells / kCellsAByte > length)
    throw Error({ErrorCode::kFormat, "csv", std::to_string(cells) + " fields, most of them absent",
                 "at most four fields for each byte of the text"});
  if (rows_ >= CsvColumn::kMissing)
    throw Error({ErrorCode::kRange, "csv", "2^32 rows", "fewer than 2^32 rows"});
}

// Makes room in all columns at once, for a twentieth more rows than the first ones suggest, but for
// no more fields than the text may have.
void CsvScanner::make_room(const char* at) {
  const auto read = static_cast<double>(at - text_ - static_cast<ptrdiff_t>(start_));
  const auto all = static_cast<double>(end_ - text_);
  const double guess = 1.05 * all / read * static_cast<double>(rows_);
  const double most = static_cast<double>(kCellsAByte) * all / static_cast<double>(columns_.size());
  for (CsvColumn& column : columns_) column.reserve(static_cast<size_t>(std::min(guess, most)));
}

bool CsvScanner::begin_second_pass() {
  if (is_second_pass_ || has_stopped()) return false;
  is_read_again_.resize(columns_.size());
  bool any = false;
  for (size_t i = 0; i < columns_.size(); ++i) {
    is_read_again_[i] = columns_[i].state() == CsvColumn::State::kWaiting;
    if (is_read_again_[i]) columns_[i].restart();
    any = any || is_read_again_[i];
  }
  if (!any) return false;
  is_second_pass_ = true;
  reader_.stop_reporting();
  position_ = start_;
  rows_ = 0;
  return true;
}

const char* CsvScanner::read_record(const char* at) {
  const size_t count = columns_.size();
  uint32_t index = 0;
  for (;;) {
    at = read_field(at, index++);
    if (!reader_.is_separator(at)) break;
    ++at;
    if (index == count) {
      at = read_surplus(at);
      break;
    }
  }
  if (index < count) fill_row(at, index);
  ++rows_;
  return reader_.skip_break(at);
}

// Fields behind the last column are reported and dropped.
const char* CsvScanner::read_surplus(const char* at) {
  const auto index = static_cast<uint32_t>(columns_.size());
  reader_.report(CsvFaultKind::kManyFields, at, index);
  CsvField field;
  for (;;) {
    at = reader_.read(at, index, &field);
    if (!reader_.is_separator(at)) return at;
    ++at;
  }
}

void CsvScanner::fill_row(const char* at, size_t count) {
  reader_.report(CsvFaultKind::kFewFields, at, static_cast<uint32_t>(count));
  for (size_t i = count; i < columns_.size(); ++i)
    if (!is_second_pass_ || is_read_again_[i]) columns_[i].add_missing();
}

const char* CsvScanner::read_field(const char* at, uint32_t index) {
  CsvColumn& column = columns_[index];
  if (!is_second_pass_ && !has_missing_numbers_ && column.state() == CsvColumn::State::kNumbers) {
    // Most fields of numbers are read in one go.
    Decimal decimal;
    const char* behind = read_decimal(at, end_, format_.point, &decimal);
    if (behind != nullptr && reader_.ends_field(behind) && column.takes(decimal)) {
      column.add_number(decimal);
      return behind;
    }
  }
  CsvField field;
  const char* behind = reader_.read(at, index, &field);
  if (!is_second_pass_ || is_read_again_[index]) add_field(field, at, index);
  return behind;
}

void CsvScanner::add_field(const CsvField& field, const char* at, uint32_t index) {
  CsvColumn& column = columns_[index];
  if (is_missing(field)) return column.add_missing();
  if (column.state() == CsvColumn::State::kNumbers) {
    const char* const end = field.text.data() + field.text.size();
    Decimal decimal;
    const bool is_number = read_decimal(field.text.data(), end, format_.point, &decimal) == end &&
                           column.takes(decimal);
    if (is_number) return column.add_number(decimal);
  }
  const auto position = static_cast<uint64_t>(at - text_);
  if (column.add_text(field.text, position)) return;
  const bool is_integer = column.type() == CsvColumnType::kInteger;
  reader_.report(is_integer ? CsvFaultKind::kNotInteger : CsvFaultKind::kNotNumber, at, index);
}

bool CsvScanner::is_missing(const CsvField& field) const {
  if (field.text.empty()) return true;
  return !field.is_quoted && std::find(format_.missing.begin(), format_.missing.end(),
                                       field.text) != format_.missing.end();
}

}  // namespace thalweg::data
