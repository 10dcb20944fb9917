// Reads a text of separated values into columns, in turns of a few megabytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "data/csv/csv_column.h"
#include "data/csv/csv_format.h"
#include "data/csv/csv_reader.h"

namespace thalweg::data {

class CsvScanner {
 public:
  // Reads records from `start`, a byte of the text. A strict scanner stops at the first fault.
  CsvScanner(CsvFormat format, size_t start, bool is_strict);
  CsvScanner(const CsvScanner&) = delete;
  CsvScanner& operator=(const CsvScanner&) = delete;

  // Reads whole records until `budget` bytes are behind it, or the text ends. The text is the same
  // in every call. Returns false when all is read, or a strict scanner has met a fault.
  bool advance(const char* text, size_t length, size_t budget);

  // The bytes that this pass has read.
  size_t position() const { return position_; }
  uint64_t rows() const { return rows_; }
  const CsvFaults& faults() const { return faults_; }
  const std::vector<CsvColumn>& columns() const { return columns_; }
  // Hands a column over once all is read.
  CsvColumn take(size_t index) {
    return std::exchange(columns_[index], CsvColumn(CsvColumnType::kText));
  }

 private:
  const char* read_record(const char* at);
  const char* read_field(const char* at, uint32_t index);
  const char* read_surplus(const char* at);
  void fill_row(const char* at, size_t count);
  void add_field(const CsvField& field, const char* at, uint32_t index);
  bool is_missing(const CsvField& field) const;
  bool has_stopped() const { return is_strict_ && faults_.count > 0; }
  bool begin_second_pass();
  void refuse_sizes(size_t length) const;
  void make_room(const char* at);

  const CsvFormat format_;
  const size_t start_;
  const bool is_strict_;
  CsvFaults faults_;
  CsvReader reader_;
  // Where true, each field is compared with the texts of missing values.
  const bool has_missing_numbers_;
  std::vector<CsvColumn> columns_;
  // In the second pass, true for the columns that it reads.
  std::vector<bool> is_read_again_;
  bool is_second_pass_ = false;
  const char* text_ = nullptr;
  const char* end_ = nullptr;
  size_t position_;
  uint64_t rows_ = 0;
};

}  // namespace thalweg::data
