// A data set in memory, made once from a copy of the caller's arrays.
#pragma once

#include "core/host_memory.h"
#include "data/dataset.h"

namespace thalweg::data {

class MemoryDataset final : public Dataset {
 public:
  // The memory has format.bytes() in all.
  MemoryDataset(const RowFormat& format, HostMemory inputs, HostMemory labels);

  size_t bytes() const override { return inputs_.bytes() + labels_.bytes(); }
  void gather(const Gather& batch, const Workers& workers) const override;
  void copy(Column column, const uint32_t* rows, int64_t count, void* to) const override;
  const void* view(Column column, int64_t first, int64_t count,
                   std::vector<char>& buffer) const override;

 private:
  const char* begin(Column column) const {
    return static_cast<const char*>((column == Column::kInputs ? inputs_ : labels_).data());
  }

  HostMemory inputs_;
  HostMemory labels_;
};

}  // namespace thalweg::data
