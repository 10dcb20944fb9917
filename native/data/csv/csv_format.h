// The form of a file of separated values, and its faults (RFC 4180).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thalweg::data {

// The caller's word on a column's values.
enum class CsvColumnType { kInferred, kNumber, kInteger, kText };

struct CsvFormat {
  char separator = ',';
  char quote = '"';
  char point = '.';
  // Drops spaces and tabs around fields; those within quotes stay.
  bool trims = true;
  // The fields that mean a missing value where they are not quoted. An empty one always does.
  std::vector<std::string> missing;
  std::vector<CsvColumnType> columns;
};

enum class CsvFaultKind {
#define THALWEG_CSV_FAULT(enumerator, text) enumerator,
#include "data/csv/csv_fault.def"
#undef THALWEG_CSV_FAULT
};

// In the order of the enumerators.
inline constexpr const char* kCsvFaultNames[] = {
#define THALWEG_CSV_FAULT(enumerator, text) text,
#include "data/csv/csv_fault.def"
#undef THALWEG_CSV_FAULT
};

struct CsvFault {
  CsvFaultKind kind;
  uint64_t position;  // the place of a byte
  uint32_t column;    // counted from 0
};

}  // namespace thalweg::data
