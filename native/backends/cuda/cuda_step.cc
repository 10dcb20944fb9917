#include "backends/cuda/cuda_step.h"

#include <algorithm>
#include <vector>

#include "core/error.h"

namespace thalweg::cuda {

namespace {

// The update works element by element, so the borders of its pieces change no bit. Small models are
// therefore cut finer, so that every multiprocessor has pieces.
constexpr int64_t kLeastPiece = 1024;
constexpr int64_t kPiecesPerProcessor = 8;

std::vector<StepPiece> cut_finer(const std::vector<StepPiece>& pieces, int processors) {
  if (static_cast<int64_t>(pieces.size()) >= processors * kPiecesPerProcessor) return pieces;
  std::vector<StepPiece> finer;
  for (const StepPiece& piece : pieces)
    for (int64_t done = 0; done < piece.length; done += kLeastPiece)
      finer.push_back(
          {piece.tensor, piece.begin + done, std::min(kLeastPiece, piece.length - done)});
  return finer;
}

// Returns the index of each tensor's first piece, followed by the number of pieces.
std::vector<int64_t> first_pieces(const StepWork& work) {
  std::vector<int64_t> first(work.tensors->size() + 1, 0);
  for (const StepPiece& piece : *work.pieces) ++first[piece.tensor + 1];
  for (size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  return first;
}

template <class T>
std::shared_ptr<T> allocate(Memory& memory, size_t length) {
  return std::static_pointer_cast<T>(memory.allocate(length * sizeof(T)));
}

template <class T>
std::shared_ptr<T> upload(Memory& memory, const std::vector<T>& values) {
  auto data = allocate<T>(memory, values.size());
  memory.write(data.get(), values.data(), values.size() * sizeof(T));
  return data;
}

}  // namespace

CudaStep::CudaStep(const StepWork& work, CudaMemory& memory, int processors)
    : memory_(memory),
      rule_(work.rule),
      tensor_list_(*work.tensors),
      tensors_(static_cast<int64_t>(work.tensors->size())),
      pieces_(static_cast<int64_t>(work.pieces->size())) {
  const std::vector<StepPiece> updates = cut_finer(*work.pieces, processors);
  updates_ = static_cast<int64_t>(updates.size());
  tensor_table_ = upload(memory, *work.tensors);
  piece_table_ = upload(memory, *work.pieces);
  update_table_ = upload(memory, updates);
  first_piece_ = upload(memory, first_pieces(work));
  sums_ = allocate<double>(memory, work.pieces->size());
  tensor_sums_ = allocate<double>(memory, work.tensors->size());
  tensor_factors_ = allocate<double>(memory, work.tensors->size());
  factors_ = allocate<float>(memory, work.tensors->size());
  arrived_ = allocate<unsigned>(memory, 1);
  if (!has_tensor_ratio(rule_)) return;
  ratio_sums_ = allocate<TensorSums>(memory, work.pieces->size());
  ratios_ = allocate<float>(memory, work.tensors->size());
}

void CudaStep::queue(const StepPlace& place, bool measures) {
  if (measures) {
    launch_square_sums(
        {{tensor_table_.get(), piece_table_.get(), nullptr, nullptr}, pieces_, place}, sums_.get());
    launch_norm({first_piece_.get(), sums_.get(), tensor_sums_.get(), tensor_factors_.get(),
                 factors_.get(), arrived_.get()},
                tensors_, place);
  }
  const float* factors = measures ? factors_.get() : nullptr;
  if (ratios_ != nullptr)
    launch_tensor_ratios(
        rule_, {{tensor_table_.get(), piece_table_.get(), factors, nullptr}, pieces_, place},
        {first_piece_.get(), ratio_sums_.get(), ratios_.get()}, tensors_);
  launch_step(
      rule_, {{tensor_table_.get(), update_table_.get(), factors, ratios_.get()}, updates_, place});
}

void CudaStep::queue_probe(StepProbe probe, const StepPlace& place) {
  int slots = 0;
  while (slots < kMaxSlots && tensor_list_.front().slot[slots] != nullptr) ++slots;
  if (probe == StepProbe::kNothing) return launch_nothing();
  if (probe == StepProbe::kTraffic) {
    if (slots != 2) throw Error({ErrorCode::kUnsupported, "rule", "one without two slots", "adam"});
    return launch_probe(
        {{tensor_table_.get(), update_table_.get(), nullptr, nullptr}, updates_, place});
  }
  // A step reads 2 + slots arrays and writes 1 + slots, which is an odd number of passes. A copy
  // makes two passes, so the last copy takes half the length.
  for (const StepTensor& tensor : tensor_list_)
    for (int passes = 3 + 2 * slots; passes > 0; passes -= 2)
      launch_copy(tensor.gradient, tensor.parameter, tensor.length / (passes == 1 ? 2 : 1));
}

void CudaStep::read_square_sums(double* sums) {
  memory_.read(sums, sums_.get(), pieces_ * sizeof(double));
}

}  // namespace thalweg::cuda
