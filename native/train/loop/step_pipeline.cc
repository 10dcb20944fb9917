#include "train/loop/step_pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "train/loop/step_stages.h"
#include "train/step/half_step.h"

namespace thalweg {

namespace {

// A step's arguments are the start of its batch, dropout's draws and the optimizer's arguments.
// Each begins at a multiple of 16 bytes.
constexpr size_t kDrawsAt = 16;
static_assert(sizeof(DropoutDraw) % 16 == 0 && alignof(StepArguments) == 16);

size_t step_arguments_at(const Plan& plan) {
  return kDrawsAt + plan.draw_count() * sizeof(DropoutDraw);
}

// This lies in the device's memory.
struct DeviceState {
  uint64_t counter;
  int32_t halted;
  StepOutcome outcome;
};

// A wait polls some times before it sleeps, because steps take tens of microseconds.
constexpr int kSpins = 64;
constexpr auto kNap = std::chrono::microseconds(20);

}  // namespace

StepPipeline::StepPipeline(const Context& context)
    : backend_(context.backend),
      plan_(context.plan),
      stepper_(context.stepper),
      batches_(context.batches),
      reducer_(context.reducer),
      gradients_(context.gradients) {
  allocate();
}

void StepPipeline::allocate() {
  const size_t step_at = step_arguments_at(plan_);
  const size_t bytes = step_at + stepper_.argument_bytes();
  arguments_ = backend_.memory().allocate(bytes);
  state_ = backend_.memory().allocate(sizeof(DeviceState));
  ring_ = backend_.allocate_shared(kSlots * bytes);
  receipts_ = backend_.allocate_shared(kSlots * sizeof(StepReceipt));
  auto* arguments = static_cast<char*>(arguments_.get());
  auto* state = static_cast<DeviceState*>(state_.get());
  start_ = reinterpret_cast<uint64_t*>(arguments);
  draws_ = reinterpret_cast<DropoutDraw*>(arguments + kDrawsAt);
  feed_ = {.argument_ring = ring_.get(),
           .receipts = static_cast<StepReceipt*>(receipts_.get()),
           .counter = &state->counter,
           .arguments = arguments,
           .slots = kSlots,
           .argument_bytes = bytes,
           .place = {reinterpret_cast<StepArguments*>(arguments + step_at), &state->halted,
                     &state->outcome, &plan_.loss_place()->sum},
           .loss = plan_.loss_place()};
}

void StepPipeline::begin(const BatchSource& source, uint64_t seed) {
  source_ = source;
  seed_ = seed;
  in_flight_.clear();
  batches_.keep(source);
}

void StepPipeline::write_slot(const Step& step, const StepSettings& settings) {
  char* slot = static_cast<char*>(ring_.get()) + queued_ % kSlots * feed_.argument_bytes;
  const uint64_t start = batches_.fetch(source_, step.number);
  std::memcpy(slot, &start, sizeof start);
  const RunMode mode{.training = true,
                     .seed = seed_,
                     .step = static_cast<uint64_t>(stepper_.step_count()),
                     .dropout_rates = settings.dropout_rates};
  plan_.write_draws(mode, reinterpret_cast<DropoutDraw*>(slot + kDrawsAt));
  stepper_.write_arguments(settings, slot + step_arguments_at(plan_));
}

// The stages of a step as work for the device's queue.
class StepPipeline::Stages final : public StepStages {
 public:
  Stages(StepPipeline& pipeline, int64_t rows, const StepSettings& settings)
      : pipeline_(pipeline), rows_(rows), settings_(settings) {}

  bool differentiate() override {
    const StepFeed& feed = pipeline_.feed_;
    Plan& plan = pipeline_.plan_;
    const RunMode mode{.training = true, .draws = pipeline_.draws_, .halted = feed.place.halted};
    pipeline_.backend_.begin_step(feed);
    pipeline_.batches_.load(*pipeline_.source_.dataset, pipeline_.start_, rows_, plan.buffers());
    plan.forward(mode);
    plan.backward(mode, nullptr);
    return true;
  }
  GradientArray gradients() override { return pipeline_.gradients_; }
  void update() override { pipeline_.stepper_.queue(pipeline_.feed_.place, settings_); }

 private:
  StepPipeline& pipeline_;
  int64_t rows_;
  const StepSettings& settings_;
};

void StepPipeline::queue_update(int64_t rows, const StepSettings& settings) {
  Stages stages(*this, rows, settings);
  take_step(stages, reducer_);
}

void StepPipeline::queue_end() {
  plan_.update_statistics(feed_.place.halted);
  backend_.end_step(feed_);
}

void StepPipeline::run(int64_t rows, const StepSettings& settings) {
  const Key key = {rows, settings.measures(), source_.dataset->serial(),
                   plan_.buffers().generation(), batches_.generation()};
  const auto [known, is_new] = recordings_.try_emplace(key);
  if (is_new) {  // ops that are not recorded run one by one
    queue_update(rows, settings);
    return complete_step([&] { queue_end(); });
  }
  if (known->second == nullptr) {
    std::erase_if(recordings_, [&](const auto& entry) {  // entries that cannot come again
      return entry.first.plan != key.plan || entry.first.batches != key.batches;
    });
    recordings_[key] = backend_.record([&] {
      queue_update(rows, settings);
      queue_end();
    });
  }
  recordings_[key]->replay();
}

void StepPipeline::push(int64_t number, const StepSettings& settings) {
  const Step step = {number, rows_of(source_, number), settings.needs_norm(), {}};
  in_flight_.push_back({step, queued_ + 1, stepper_.counters()});
  try {
    write_slot(step, settings);
    run(step.rows, settings);
    batches_.release();
  } catch (...) {
    stepper_.set_counters(in_flight_.back().before);
    in_flight_.pop_back();
    throw;
  }
  ++queued_;
}

const StepReceipt& StepPipeline::await(uint64_t ticket) {
  StepReceipt& receipt = feed_.receipts[(ticket - 1) % kSlots];
  const std::atomic_ref<uint64_t> written(receipt.ticket);
  for (int spins = 0;; ++spins) {
    if (written.load(std::memory_order_acquire) == ticket) return receipt;
    const bool idle = backend_.idle();  // read first, because the receipt may come meanwhile
    if (written.load(std::memory_order_acquire) == ticket) return receipt;
    if (idle)
      throw Error({ErrorCode::kDevice, "training step", "no receipt", "a receipt of each step"});
    if (spins > kSpins) std::this_thread::sleep_for(kNap);
  }
}

StepPipeline::Step StepPipeline::pop() {
  InFlight& oldest = in_flight_.front();
  Step step = oldest.step;
  step.receipt = await(oldest.ticket);
  halted_ = std::move(oldest.before);
  in_flight_.pop_front();
  return step;
}

void StepPipeline::settle() {
  while (!is_empty())
    if (pop().receipt.halted != 0) rewind();
}

// Where this throws midway, settle() calls it again.
void StepPipeline::rewind() {
  stepper_.set_counters(halted_);
  for (InFlight& behind : in_flight_) behind.before = halted_;
  while (!is_empty()) pop();
  const int32_t none = 0;
  backend_.memory().write(feed_.place.halted, &none, sizeof none);
}

}  // namespace thalweg
