// Fuzzes the scanner of separated values. The first bytes choose a format, and the others are the
// text. Whatever the text is, turns of any size give the same columns, a strict scanner stops
// exactly where a lenient one counts a fault, and each number is that of strtod.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/error.h"
#include "data/csv/csv_scanner.h"

using namespace thalweg::data;

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "csv: %s\n", what);
  std::abort();
}

bool same_numbers(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0);
}

bool same_columns(const CsvScanner& a, const CsvScanner& b) {
  if (a.rows() != b.rows() || a.faults().count != b.faults().count) return false;
  for (size_t i = 0; i < a.columns().size(); ++i) {
    const CsvColumn &x = a.columns()[i], &y = b.columns()[i];
    if (x.state() != y.state() || x.codes() != y.codes() || x.missing() != y.missing() ||
        x.dictionary().texts() != y.dictionary().texts() ||
        x.dictionary().ends() != y.dictionary().ends() || !same_numbers(x.numbers(), y.numbers()))
      return false;
  }
  return true;
}

// Each column has a value for each row, and its codes lie in its dictionary.
void check_columns(const CsvScanner& scanner, size_t length) {
  for (const CsvColumn& column : scanner.columns()) {
    const bool is_text = column.state() == CsvColumn::State::kTexts;
    const size_t rows = is_text ? column.codes().size() : column.numbers().size();
    require(rows == scanner.rows(), "a column has another number of rows");
    for (const uint32_t code : column.codes())
      require(code == CsvColumn::kMissing || code < column.dictionary().size(), "a wrong code");
    require(column.dictionary().texts().size() <= length, "texts longer than the text");
  }
}

void scan(CsvScanner& scanner, const std::string& text, size_t budget) {
  while (scanner.advance(text.data(), text.size(), budget)) {
  }
}

void check_number(const std::string& text) {
  Decimal decimal;
  const char* const end = text.data() + text.size();
  const char* const behind = read_decimal(text.data(), end, '.', &decimal);
  if (behind == nullptr) return;
  const std::string number(text.data(), behind);
  const double expected = std::strtod(number.c_str(), nullptr);
  require(std::memcmp(&expected, &decimal.value, sizeof expected) == 0, "another number");
}

CsvFormat format_of(uint8_t choice, uint8_t types) {
  CsvFormat format;
  format.separator = ",;\t|"[choice & 3];
  format.point = format.separator != ',' && (choice & 4) != 0 ? ',' : '.';
  format.trims = (choice & 8) != 0;
  if ((choice & 16) != 0) format.missing = {"NA", "-"};
  const size_t columns = 1 + (choice >> 5) % 4;
  for (size_t i = 0; i < columns; ++i)
    format.columns.push_back(static_cast<CsvColumnType>((types >> (2 * i) & 3) % 3));
  return format;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t length) {
  if (length < 3) return 0;
  const CsvFormat format = format_of(bytes[0], bytes[1]);
  // A copy of its own length shows each byte that is read behind the end.
  const std::string text(reinterpret_cast<const char*>(bytes) + 3, length - 3);
  check_number(text);
  try {
    CsvScanner whole(format, 0, false), parts(format, 0, false), strict(format, 0, true);
    scan(whole, text, text.size());
    scan(parts, text, bytes[2]);
    scan(strict, text, text.size());
    check_columns(whole, text.size());
    require(same_columns(whole, parts), "turns of another size give other columns");
    require((strict.faults().count > 0) == (whole.faults().count > 0), "strict and lenient differ");
    if (whole.faults().count == 0) require(same_columns(whole, strict), "strict columns differ");
  } catch (const thalweg::Error&) {
    // The sizes of the table are refused.
  }
  return 0;
}
