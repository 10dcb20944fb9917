// One column of a table while a text of separated values is read: numbers as long as every field is
// one, and otherwise texts.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "data/csv/csv_format.h"
#include "data/csv/decimal.h"
#include "data/csv/text_dictionary.h"

namespace thalweg::data {

class CsvColumn {
 public:
  static constexpr uint32_t kMissing = ~uint32_t{0};
  enum class State {
    kNumbers,
    kTexts,
    // A text came after numbers, whose own texts are gone: a second pass reads the column again.
    kWaiting,
  };

  explicit CsvColumn(CsvColumnType type)
      : type_(type), state_(type == CsvColumnType::kText ? State::kTexts : State::kNumbers) {}

  CsvColumnType type() const { return type_; }
  State state() const { return state_; }
  // Returns true where a number in this form may be one: a code such as 007 is a text, and so is an
  // integer that a double may not hold exactly, unless the caller says otherwise.
  bool takes(const Decimal& decimal) const {
    if (type_ == CsvColumnType::kNumber) return true;
    if (type_ == CsvColumnType::kInteger)
      return std::abs(decimal.value) <= kLargestInteger &&
             std::trunc(decimal.value) == decimal.value;
    const bool is_exact = !decimal.is_integer || std::abs(decimal.value) <= kLargestInteger;
    return !decimal.has_leading_zero && is_exact;
  }
  void add_number(const Decimal& decimal) {
    numbers_.push_back(decimal.value);
    is_integer_ = is_integer_ && decimal.is_integer && std::abs(decimal.value) <= kLargestInteger;
    has_numbers_ = true;
  }
  void add_missing() {
    ++missing_;
    if (state_ == State::kTexts)
      codes_.push_back(kMissing);
    else
      numbers_.push_back(std::numeric_limits<double>::quiet_NaN());
  }
  // Makes room for so many rows in all.
  void reserve(size_t rows) {
    if (state_ == State::kNumbers) numbers_.reserve(rows);
    if (state_ == State::kTexts) codes_.reserve(rows);
  }
  // Takes a field that is no number. Returns false where it had to be one; then it is missing.
  bool add_text(std::string_view text, uint64_t position);
  // Begins to read the column as texts, from the first row on.
  void restart() { *this = CsvColumn(CsvColumnType::kText); }

  bool has_numbers() const { return has_numbers_; }
  bool is_integer() const { return is_integer_ && has_numbers_; }
  uint64_t missing() const { return missing_; }
  const std::vector<double>& numbers() const { return numbers_; }
  const std::vector<uint32_t>& codes() const { return codes_; }
  const TextDictionary& dictionary() const { return dictionary_; }

 private:
  static constexpr double kLargestInteger = 9007199254740991;  // 2^53 - 1

  CsvColumnType type_;
  State state_;
  bool is_integer_ = true;
  bool has_numbers_ = false;
  uint64_t missing_ = 0;
  std::vector<double> numbers_;  // NaN where the value is missing
  std::vector<uint32_t> codes_;  // kMissing where the value is missing
  TextDictionary dictionary_;
};

}  // namespace thalweg::data
