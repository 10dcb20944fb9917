#include "napi/trainer/trainer_state.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "napi/border/convert.h"
#include "napi/checkpoint/snapshot.h"

namespace thalweg::napi::state {

namespace {

// Returns the arrays' elements after a check of each length. expected(i) gives an array's name and
// length.
template <class Expected>
std::vector<const float*> read_arrays(const Napi::Array& arrays, size_t count, Expected expected) {
  std::vector<const float*> sources;
  for (size_t i = 0; i < count; ++i) {
    const auto [name, expected_length] = expected(i);
    size_t length = 0;
    sources.push_back(float32_span(arrays.Get(static_cast<uint32_t>(i)), name, &length));
    check_length(name, length, expected_length);
  }
  return sources;
}

}  // namespace

// state() → [{ name, length }], the tensors of a snapshot in its order
Napi::Value tensors(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  Napi::Array list = Napi::Array::New(info.Env());
  for (const StateTensor& tensor : trainer.engine->state().list()) {
    Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("name", tensor.name);
    entry.Set("length", static_cast<double>(tensor.length));
    list.Set(list.Length(), entry);
  }
  return list;
}

// read(offset, target: Uint8Array) and counters() give what a snapshot would hold, between runs.
Napi::Value read(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const uint64_t offset = to_uint64(info[0], "offset");
  const Span span = typed_span(info[1], napi_uint8_array, "bytes");
  trainer.engine->state().read_bytes(offset, static_cast<char*>(span.data), span.length);
  return info.Env().Undefined();
}

Napi::Value counters(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  return counters_object(info.Env(), trainer.engine->state().counters(),
                         trainer.engine->state().has_averaged_statistics());
}

Napi::Value check_idle(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  trainer.engine->state().check_idle();
  return info.Env().Undefined();
}

// save(snapshot) and load(snapshot) → Promise<undefined>. A saved snapshot is full until its
// release.
Napi::Value save(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  return trainer.job->start(
      info, [&trainer, snapshot = to_snapshot(info[0])]() -> PromisedJob::MakeValue {
        trainer.engine->state().save(*snapshot);
        snapshot->fill();
        return [](Napi::Env env) { return env.Undefined(); };
      });
}

Napi::Value load(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  return trainer.job->start(
      info, [&trainer, snapshot = to_snapshot(info[0])]() -> PromisedJob::MakeValue {
        trainer.engine->state().load(*snapshot);
        return [](Napi::Env env) { return env.Undefined(); };
      });
}

// parameter(index, averaged) → Float32Array, a copy
Napi::Value parameter(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const auto& tensors = trainer.engine->state().tensors();
  const size_t i = to_index(info[0], "parameter", tensors.size());
  auto array = new_array<float>(info.Env(), tensors[i].length);
  if (to_weights(trainer, info[1]) == Weights::kAveraged)
    trainer.engine->state().read_average(i, array.Data());
  else
    trainer.engine->state().read_parameter(i, array.Data());
  return array;
}

// setParameters(arrays: Float32Array[]) checks all arrays before it changes anything.
Napi::Value set_parameters(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const auto& tensors = trainer.engine->state().tensors();
  const auto sources = read_arrays(info[0].As<Napi::Array>(), tensors.size(), [&](size_t i) {
    return std::pair{tensors[i].name, tensors[i].length};
  });
  for (size_t i = 0; i < sources.size(); ++i)
    trainer.engine->state().write_parameter(i, sources[i]);
  return info.Env().Undefined();
}

// statistic(index, averaged) → Float32Array, a copy
Napi::Value statistic(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const auto& statistics = trainer.engine->state().statistics();
  const size_t i = to_index(info[0], "statistic", statistics.size());
  auto array = new_array<float>(info.Env(), statistics[i].length);
  trainer.engine->state().read_statistic(i, array.Data(), to_weights(trainer, info[1]));
  return array;
}

// setStatistics(arrays: Float32Array[]) checks all arrays before it changes anything.
Napi::Value set_statistics(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const auto& statistics = trainer.engine->state().statistics();
  const auto sources = read_arrays(info[0].As<Napi::Array>(), statistics.size(), [&](size_t i) {
    return std::pair{statistics[i].name, statistics[i].length};
  });
  for (size_t i = 0; i < sources.size(); ++i)
    trainer.engine->state().write_statistic(i, sources[i]);
  return info.Env().Undefined();
}

// bytes() → the number of bytes that the trainer holds by now
Napi::Value bytes(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  return Napi::Number::New(info.Env(), static_cast<double>(trainer.engine->bytes()));
}

// requireMemory(bytes) throws MEMORY where the trainer may not hold so many more.
Napi::Value require_memory(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  trainer.engine->require_memory(to_uint64(info[0], "bytes"));
  return info.Env().Undefined();
}

// stepCount() → the number of steps taken
Napi::Value step_count(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const Stepper& stepper = trainer.engine->state().stepper();
  return Napi::Number::New(info.Env(), static_cast<double>(stepper.step_count()));
}

// averagedCount() → the number of weights that the average has taken
Napi::Value averaged_count(TrainerParts& trainer, const Napi::CallbackInfo& info) {
  trainer.job->refuse_busy();
  const Stepper& stepper = trainer.engine->state().stepper();
  return Napi::Number::New(info.Env(), static_cast<double>(stepper.averaged_count()));
}

}  // namespace thalweg::napi::state
