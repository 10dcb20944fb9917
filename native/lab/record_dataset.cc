#include "lab/record_dataset.h"

#include <cstring>
#include <memory>
#include <numeric>
#include <vector>

#include "napi/data/dataset.h"

namespace thalweg::lab {

namespace {

using data::Column;
using data::Dataset;
using data::RowFormat;

class RecordDataset final : public Dataset {
 public:
  explicit RecordDataset(const Dataset& from)
      : Dataset(from.format()),
        label_at_(format().row_bytes(Column::kInputs)),
        record_bytes_(label_at_ + format().row_bytes(Column::kLabels)),
        records_(record_bytes_ * format().rows) {
    std::vector<char> buffer;
    for (const Column column : {Column::kInputs, Column::kLabels})
      for (int64_t row = 0; row < format().rows && format().row_bytes(column) > 0; ++row)
        std::memcpy(records_.data() + place(column, row), from.view(column, row, 1, buffer),
                    format().row_bytes(column));
  }

  size_t bytes() const override { return records_.size(); }

  // Gathers the rows of a smaller data set, which is made of those asked for.
  void gather(const data::Gather& batch, const data::Workers& workers) const override {
    RowFormat format = this->format();
    format.rows = batch.count;
    std::vector<char> inputs(format.bytes(Column::kInputs)), labels(format.bytes(Column::kLabels));
    std::vector<uint32_t> order(batch.count);
    for (int64_t i = 0; i < batch.count; ++i) {
      const bool is_padding = batch.indices[i] == this->format().rows;
      order[i] = static_cast<uint32_t>(is_padding ? batch.count : i);
      if (is_padding) continue;
      copy(Column::kInputs, batch.indices + i, 1,
           inputs.data() + i * format.row_bytes(Column::kInputs));
      copy(Column::kLabels, batch.indices + i, 1,
           labels.data() + i * format.row_bytes(Column::kLabels));
    }
    data::gather_rows({format, inputs.data(), labels.data()},
                      {order.data(), batch.count, batch.inputs, batch.classes, batch.values},
                      workers);
  }

  void copy(Column column, const uint32_t* rows, int64_t count, void* to) const override {
    const size_t width = format().row_bytes(column);
    for (int64_t i = 0; i < count && width > 0; ++i)
      std::memcpy(static_cast<char*>(to) + i * width, records_.data() + place(column, rows[i]),
                  width);
  }

  const void* view(Column column, int64_t first, int64_t count,
                   std::vector<char>& buffer) const override {
    std::vector<uint32_t> rows(count);
    std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(first));
    buffer.resize(count * format().row_bytes(column));
    copy(column, rows.data(), count, buffer.data());
    return buffer.data();
  }

 private:
  size_t place(Column column, int64_t row) const {
    return (format().rows - 1 - row) * record_bytes_ + (column == Column::kLabels ? label_at_ : 0);
  }

  size_t label_at_;
  size_t record_bytes_;
  std::vector<char> records_;
};

std::shared_ptr<const Dataset> make_record_dataset(const Napi::Object& options) {
  return std::make_shared<RecordDataset>(*napi::make_memory_dataset(options));
}

}  // namespace

void register_record_dataset(Napi::Env env, Napi::Object exports) {
  exports.Set("RecordDataset", napi::define_dataset(env, &make_record_dataset));
}

}  // namespace thalweg::lab
