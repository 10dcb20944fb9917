#include "data/csv/csv_column.h"

namespace thalweg::data {

bool CsvColumn::add_text(std::string_view text, uint64_t position) {
  if (type_ == CsvColumnType::kNumber || type_ == CsvColumnType::kInteger) {
    add_missing();
    return false;
  }
  if (state_ == State::kNumbers && has_numbers_) {
    state_ = State::kWaiting;
    numbers_ = {};
  } else if (state_ == State::kNumbers) {
    codes_.assign(numbers_.size(), kMissing);
    numbers_ = {};
    state_ = State::kTexts;
  }
  if (state_ == State::kTexts) codes_.push_back(dictionary_.code(text, position));
  return true;
}

}  // namespace thalweg::data
