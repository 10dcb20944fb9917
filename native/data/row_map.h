// Maps the rows of a view to rows of the data set below it, by runs of rows or by a list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/host_memory.h"

namespace thalweg::data {

// The rows first, first + 1, … first + count - 1.
struct Run {
  int64_t first;
  int64_t count;
};

// A map never changes, so any thread may read it.
class RowMap {
 public:
  virtual ~RowMap();
  RowMap(const RowMap&) = delete;
  RowMap& operator=(const RowMap&) = delete;

  // Returns the number of rows of the view.
  int64_t length() const { return length_; }
  // Returns the bytes of host memory that it holds.
  virtual size_t bytes() const = 0;
  // Replaces `count` rows of the view, each below length(), by the rows below them.
  virtual void map(uint32_t* rows, int64_t count) const = 0;
  // Returns the runs one after another, or null where the rows follow another rule.
  virtual const std::vector<Run>* runs() const { return nullptr; }

 protected:
  explicit RowMap(int64_t length) : length_(length) {}

 private:
  int64_t length_;
};

// Runs one after another. They take no memory worth counting.
class RunMap final : public RowMap {
 public:
  // Each run has at least one row.
  explicit RunMap(std::vector<Run> runs);

  size_t bytes() const override { return 0; }
  void map(uint32_t* rows, int64_t count) const override;
  const std::vector<Run>* runs() const override { return &runs_; }

 private:
  std::vector<Run> runs_;
  std::vector<int64_t> starts_;  // the view's row with which each run begins
};

// A list of rows in any order; a row may come more than once.
class ListMap final : public RowMap {
 public:
  // The memory is uint32_t [length].
  ListMap(HostMemory list, int64_t length) : RowMap(length), list_(std::move(list)) {}

  size_t bytes() const override { return list_.bytes(); }
  void map(uint32_t* rows, int64_t count) const override;

 private:
  HostMemory list_;
};

// Returns the runs of the rows that `outer` takes from the view of `inner`.
std::vector<Run> compose_runs(const std::vector<Run>& outer, const std::vector<Run>& inner);

}  // namespace thalweg::data
