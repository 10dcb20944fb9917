// The JavaScript side holds the lease and asks BUSY itself. At the end of an environment
// the cleanup hook, registered after the mailbox's own and so run before it, cancels the
// job and joins the thread.
#include "napi/trainer.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "napi/convert.h"
#include "napi/dataset.h"
#include "napi/metrics.h"
#include "napi/promised_job.h"
#include "napi/snapshot.h"
#include "napi/trainer_options.h"
#include "train/engine.h"

namespace thalweg::napi {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kProgressInterval = std::chrono::milliseconds(50);

Napi::Object to_object(Napi::Env env, const Metrics& metrics) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("lossSum", metrics.loss_sum);
  object.Set("correct", static_cast<double>(metrics.correct));
  object.Set("examples", static_cast<double>(metrics.examples));
  return object;
}

Napi::Object to_object(Napi::Env env, const TrainProgress& progress) {
  Napi::Object object = to_object(env, progress.metrics);
  object.Set("steps", static_cast<double>(progress.steps));
  object.Set("skipped", static_cast<double>(progress.skipped));
  object.Set("gradientNorm", progress.gradient_norm);
  object.Set("lastLoss", progress.last_loss);
  object.Set("cancelled", progress.cancelled);
  return object;
}

std::vector<double> take_seen(const TrainRequest& request) {
  return request.monitor ? request.monitor->take() : std::vector<double>();
}

// `seen`: what a monitor saw; where it saw anything.
Napi::Object with_seen(Napi::Object object, const std::vector<double>& seen) {
  if (!seen.empty()) object.Set("seen", to_array(object.Env(), seen));
  return object;
}

// The arrays' elements, each array's length checked; expected(i) is its name and length.
template <class Expected>
std::vector<const float*> read_arrays(const Napi::Array& arrays, size_t count, Expected expected) {
  std::vector<const float*> sources;
  for (size_t i = 0; i < count; ++i) {
    const auto [name, expected_length] = expected(i);
    size_t length = 0;
    sources.push_back(float32_span(arrays.Get(static_cast<uint32_t>(i)), name, &length));
    if (static_cast<int64_t>(length) != expected_length)
      throw Error({"SHAPE", name, std::to_string(length) + " elements",
                   std::to_string(expected_length) + " elements", ""});
  }
  return sources;
}

class NativeTrainer : public Wrapped<NativeTrainer> {
 public:
  static Napi::Function define(Napi::Env env) {
    using Self = NativeTrainer;
    return DefineClass(env, "NativeTrainer",
                       {
                           InstanceMethod<&Self::call<&Self::train>>("train"),
                           InstanceMethod<&Self::call<&Self::evaluate>>("evaluate"),
                           InstanceMethod<&Self::call<&Self::predict>>("predict"),
                           InstanceMethod<&Self::call<&Self::full_gradients>>("fullGradients"),
                           InstanceMethod<&Self::call<&Self::gradients>>("gradients"),
                           InstanceMethod<&Self::call<&Self::state>>("state"),
                           InstanceMethod<&Self::call<&Self::read>>("read"),
                           InstanceMethod<&Self::call<&Self::counters>>("counters"),
                           InstanceMethod<&Self::call<&Self::check_rest>>("checkRest"),
                           InstanceMethod<&Self::call<&Self::save>>("save"),
                           InstanceMethod<&Self::call<&Self::load>>("load"),
                           InstanceMethod<&Self::cancel>("cancel"),
                           InstanceMethod<&Self::call<&Self::bytes>>("bytes"),
                           InstanceMethod<&Self::call<&Self::require_memory>>("requireMemory"),
                           InstanceMethod<&Self::call<&Self::step_count>>("stepCount"),
                           InstanceMethod<&Self::call<&Self::averaged_count>>("averagedCount"),
                           InstanceMethod<&Self::call<&Self::parameter>>("parameter"),
                           InstanceMethod<&Self::call<&Self::set_parameters>>("setParameters"),
                           InstanceMethod<&Self::call<&Self::statistic>>("statistic"),
                           InstanceMethod<&Self::call<&Self::set_statistics>>("setStatistics"),
                           InstanceMethod<&Self::call<&Self::refresh>>("refreshStatistics"),
                           InstanceMethod<&Self::call<&Self::dispose>>("dispose"),
                       });
  }

  explicit NativeTrainer(const Napi::CallbackInfo& info) : Wrapped(info) {
    guarded(info.Env(), [&] {
      engine_ = std::make_unique<Engine>(read_engine_options(info[0].As<Napi::Object>()));
      job_ = std::make_unique<PromisedJob>(info.Env());
      bytes_ = static_cast<int64_t>(engine_->bytes());
      Napi::MemoryManagement::AdjustExternalMemory(info.Env(), bytes_);
      napi_add_env_cleanup_hook(info.Env(), &NativeTrainer::at_exit, this);
      hooked_ = true;
    });
  }
  void Finalize(Napi::BasicEnv env) override {
    if (hooked_) napi_remove_env_cleanup_hook(env, &NativeTrainer::at_exit, this);
    end();
    int64_t ignored;
    if (bytes_ > 0) napi_adjust_external_memory(env, -bytes_, &ignored);
  }

 private:
  template <Napi::Value (NativeTrainer::*kMethod)(const Napi::CallbackInfo&)>
  Napi::Value call(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      if (!engine_)
        throw Error({"DISPOSED", "trainer", "a disposed trainer", "a live trainer", ""});
      try {
        return (this->*kMethod)(info);
      } catch (const Error& error) {
        job_->note(error);
        throw;
      }
    });
  }

  static void at_exit(void* self) {
    auto* trainer = static_cast<NativeTrainer*>(self);
    trainer->hooked_ = false;
    trainer->end();  // the mailbox's function does not live until the finalizers
  }

  void end() {
    if (!job_) return;
    job_->stop();
    job_->close();
  }

  // `seen`: of a monitor.
  void tell(PromisedJob::Listener listener, const TrainProgress& progress,
            std::vector<double> seen = {}) {
    job_->tell(listener, [progress, seen = std::move(seen)](Napi::Env env) {
      return with_seen(to_object(env, progress), seen);
    });
  }

  // train(request, onProgress, onSnapshot) → Promise of the last progress; onSnapshot
  // is told where the run stood when the request's snapshot was taken.
  Napi::Value train(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    auto request = std::make_shared<TrainRequest>(read_train_request(info[0].As<Napi::Object>()));
    request->snapshots.taken = [this](const TrainProgress& progress) {
      tell(PromisedJob::kSnapshot, progress);
    };
    const Napi::Value promise = job_->start(info, [this, request]() -> PromisedJob::MakeValue {
      std::vector<double> losses;
      const TrainProgress result =
          engine_->train(*request, job_->cancelled(), [&](const TrainProgress& progress) {
            if (request->keeps_losses) losses.push_back(progress.last_loss);
            const Clock::time_point now = Clock::now();
            if (now - last_progress_ < kProgressInterval) return;
            last_progress_ = now;
            tell(PromisedJob::kProgress, progress, take_seen(*request));
          });
      return [result, losses = std::move(losses), seen = take_seen(*request)](Napi::Env env) {
        Napi::Object object = with_seen(to_object(env, result), seen);
        if (!losses.empty()) object.Set("losses", to_array(env, losses));
        return object;
      };
    });
    job_->listen(PromisedJob::kProgress, info[1]);
    job_->listen(PromisedJob::kSnapshot, info[2]);
    return promise;
  }

  // Whether a pass takes the averaged weights, or MISSING where there are none yet.
  Weights to_weights(const Napi::Value& averaged) const {
    if (!averaged.IsBoolean() || !averaged.As<Napi::Boolean>().Value()) return Weights::kRaw;
    if (engine_->stepper().averaged_count() > 0) return Weights::kAveraged;
    throw Error({"MISSING", "weights", "'averaged' before any weights were averaged",
                 "an average of the weights",
                 "give the trainer an `average`, and train until its start"});
  }

  // evaluate(dataset, batchSize, metrics, averaged) → Promise<{ lossSum, correct, examples, totals?
  // }>
  Napi::Value evaluate(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    auto dataset = to_dataset(info[0], "dataset");
    const int64_t batch_size = info[1].As<Napi::Number>().Int64Value();
    const MetricRequest request = read_metric_request(info[2]);
    const Weights weights = to_weights(info[3]);
    return job_->start(
        info, [this, dataset, batch_size, request, weights]() -> PromisedJob::MakeValue {
          if (!request.asks()) {
            const Metrics result =
                engine_->evaluate(*dataset, batch_size, job_->cancelled(), weights);
            return [result](Napi::Env env) { return to_object(env, result); };
          }
          MetricSums sums(request, engine_->loss_kind(), engine_->output_width());
          const Metrics result =
              engine_->evaluate(*dataset, batch_size, job_->cancelled(), weights, &sums);
          return [result, totals = sums.finish()](Napi::Env env) {
            Napi::Object object = to_object(env, result);
            object.Set("totals", totals_object(env, totals));
            return object;
          };
        });
  }

  // predict(inputs: Float32Array, rows, outputs, batchSize, averaged) → Promise<Float32Array>;
  // the inputs are copied before this returns.
  Napi::Value predict(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    const int64_t rows = info[1].As<Napi::Number>().Int64Value();
    const int64_t width = info[2].As<Napi::Number>().Int64Value();
    const int64_t batch_size = info[3].As<Napi::Number>().Int64Value();
    const Weights weights = to_weights(info[4]);
    size_t length = 0;
    const float* data = float32_span(info[0], "inputs", &length);
    if (static_cast<int64_t>(length) != rows * engine_->input_width())
      throw Error({"SHAPE", "inputs", std::to_string(length) + " numbers",
                   std::to_string(rows) + " rows of " + std::to_string(engine_->input_width()),
                   ""});
    engine_->require_memory((length + static_cast<size_t>(rows) * width) * sizeof(float));
    auto inputs = std::make_shared<std::vector<float>>(data, data + length);
    return job_->start(
        info, [this, inputs, rows, width, batch_size, weights]() -> PromisedJob::MakeValue {
          auto outputs = std::make_shared<std::vector<float>>(rows * width);
          engine_->predict(inputs->data(), rows, batch_size, outputs->data(), job_->cancelled(),
                           weights);
          return [outputs](Napi::Env env) {
            auto array = Napi::Float32Array::New(env, outputs->size());
            std::copy(outputs->begin(), outputs->end(), array.Data());
            return array;
          };
        });
  }

  // fullGradients(dataset, batchSize) → Promise<{ lossSum, correct, examples, gradient }>
  Napi::Value full_gradients(const Napi::CallbackInfo& info) {
    auto dataset = to_dataset(info[0], "dataset");
    const int64_t batch_size = info[1].As<Napi::Number>().Int64Value();
    size_t length = 0;
    for (const StepperTensor& tensor : engine_->stepper().options().tensors)
      length += static_cast<size_t>(tensor.length);
    return job_->start(info, [this, dataset, batch_size, length]() -> PromisedJob::MakeValue {
      auto gradient = std::make_shared<std::vector<double>>(length);
      const Metrics sums =
          engine_->full_gradients(*dataset, batch_size, gradient->data(), job_->cancelled());
      return [sums, gradient](Napi::Env env) {
        Napi::Object result = to_object(env, sums);
        auto array = Napi::Float64Array::New(env, gradient->size());
        std::copy(gradient->begin(), gradient->end(), array.Data());
        result.Set("gradient", array);
        return result;
      };
    });
  }

  // gradients(dataset, rows: Uint32Array, training) → { loss, gradients: Float32Array[] };
  // synchronous.
  Napi::Value gradients(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    const auto dataset = to_dataset(info[0], "dataset");
    const Span span = typed_span(info[1], napi_uint32_array, "rows");
    const auto* first = static_cast<const uint32_t*>(span.data);
    const std::vector<uint32_t> rows(first, first + span.length);
    for (size_t i = 0; i < rows.size(); ++i)
      if (rows[i] >= dataset->rows)
        throw Error({"RANGE", "rows[" + std::to_string(i) + "]", std::to_string(rows[i]),
                     "less than " + std::to_string(dataset->rows) + ", the rows of the data set",
                     ""});
    const double loss = engine_->gradients(*dataset, rows, info[2].ToBoolean());
    Napi::Object result = Napi::Object::New(info.Env());
    Napi::Array arrays = Napi::Array::New(info.Env());
    const auto& tensors = engine_->stepper().options().tensors;
    for (size_t i = 0; i < tensors.size(); ++i) {
      auto array = Napi::Float32Array::New(info.Env(), tensors[i].length);
      engine_->read_gradient(i, array.Data());
      arrays.Set(static_cast<uint32_t>(i), array);
    }
    result.Set("loss", loss);
    result.Set("gradients", arrays);
    return result;
  }

  // state() → [{ name, length }]: the tensors of a snapshot, in its order
  Napi::Value state(const Napi::CallbackInfo& info) {
    Napi::Array list = Napi::Array::New(info.Env());
    for (const StateTensor& tensor : engine_->state()) {
      Napi::Object entry = Napi::Object::New(info.Env());
      entry.Set("name", tensor.name);
      entry.Set("length", static_cast<double>(tensor.length));
      list.Set(list.Length(), entry);
    }
    return list;
  }

  // read(offset, target: Uint8Array), counters(): as a snapshot's, between runs
  Napi::Value read(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    const uint64_t offset = to_uint64(info[0], "offset");
    const Span span = typed_span(info[1], napi_uint8_array, "bytes");
    engine_->read_state(offset, static_cast<char*>(span.data), span.length);
    return info.Env().Undefined();
  }
  Napi::Value counters(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    return counters_object(info.Env(), engine_->counters());
  }

  Napi::Value check_rest(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    engine_->check_rest();
    return info.Env().Undefined();
  }

  // save(snapshot), load(snapshot) → Promise<undefined>; a saved one is full until its release
  Napi::Value save(const Napi::CallbackInfo& info) {
    return job_->start(info, [this, snapshot = to_snapshot(info[0])]() -> PromisedJob::MakeValue {
      engine_->save(*snapshot);
      snapshot->fill();
      return [](Napi::Env env) { return env.Undefined(); };
    });
  }
  Napi::Value load(const Napi::CallbackInfo& info) {
    return job_->start(info, [this, snapshot = to_snapshot(info[0])]() -> PromisedJob::MakeValue {
      engine_->load(*snapshot);
      return [](Napi::Env env) { return env.Undefined(); };
    });
  }

  // Signals may fire at any time: also after disposal, when there is nothing to end.
  Napi::Value cancel(const Napi::CallbackInfo& info) {
    job_->cancel();
    return info.Env().Undefined();
  }

  Napi::Value bytes(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    return Napi::Number::New(info.Env(), static_cast<double>(engine_->bytes()));
  }

  // requireMemory(bytes): MEMORY where the trainer may not hold so many more.
  Napi::Value require_memory(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    engine_->require_memory(to_uint64(info[0], "bytes"));
    return info.Env().Undefined();
  }

  Napi::Value step_count(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    return Napi::Number::New(info.Env(), static_cast<double>(engine_->stepper().step_count()));
  }

  // averagedCount() → how many weights the average has seen
  Napi::Value averaged_count(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    return Napi::Number::New(info.Env(), static_cast<double>(engine_->stepper().averaged_count()));
  }

  // parameter(index, averaged) → Float32Array, a copy
  Napi::Value parameter(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    const uint32_t i = info[0].As<Napi::Number>().Uint32Value();
    auto array =
        Napi::Float32Array::New(info.Env(), engine_->stepper().options().tensors.at(i).length);
    if (to_weights(info[1]) == Weights::kAveraged)
      engine_->read_average(i, array.Data());
    else
      engine_->read_parameter(i, array.Data());
    return array;
  }

  // setParameters(arrays: Float32Array[]): all are checked before any changes.
  Napi::Value set_parameters(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    const auto& tensors = engine_->stepper().options().tensors;
    const auto sources = read_arrays(info[0].As<Napi::Array>(), tensors.size(), [&](size_t i) {
      return std::pair{tensors[i].name, tensors[i].length};
    });
    for (size_t i = 0; i < sources.size(); ++i) engine_->write_parameter(i, sources[i]);
    return info.Env().Undefined();
  }

  // statistic(index, averaged) → Float32Array, a copy
  Napi::Value statistic(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    const uint32_t i = info[0].As<Napi::Number>().Uint32Value();
    auto array = Napi::Float32Array::New(info.Env(), engine_->statistics().at(i).length);
    engine_->read_statistic(i, array.Data(), to_weights(info[1]));
    return array;
  }

  // setStatistics(arrays: Float32Array[]): all are checked before any changes.
  Napi::Value set_statistics(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    const auto& statistics = engine_->statistics();
    const auto sources = read_arrays(info[0].As<Napi::Array>(), statistics.size(), [&](size_t i) {
      return std::pair{statistics[i].name, statistics[i].length};
    });
    for (size_t i = 0; i < sources.size(); ++i) engine_->write_statistic(i, sources[i]);
    return info.Env().Undefined();
  }

  // refreshStatistics(dataset, batchSize, averaged) → Promise<void>
  Napi::Value refresh(const Napi::CallbackInfo& info) {
    job_->refuse_busy();
    auto dataset = to_dataset(info[0], "dataset");
    const int64_t batch_size = info[1].As<Napi::Number>().Int64Value();
    const Weights weights = to_weights(info[2]);
    return job_->start(info, [this, dataset, batch_size, weights]() -> PromisedJob::MakeValue {
      engine_->refresh_statistics(*dataset, batch_size, job_->cancelled(), weights);
      return [](Napi::Env env) { return env.Undefined(); };
    });
  }

  // Cancels, waits for the operation under way, settles the promise, frees.
  Napi::Value dispose(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    job_->abort(env);
    job_->close();
    Napi::MemoryManagement::AdjustExternalMemory(env, -bytes_);
    bytes_ = 0;
    engine_.reset();
    return env.Undefined();
  }

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<PromisedJob> job_;  // its thread ends before the engine does
  Clock::time_point last_progress_;   // the worker thread's
  bool hooked_ = false;
  int64_t bytes_ = 0;  // reported to V8
};

}  // namespace

void register_trainer(Napi::Env env, Napi::Object exports) {
  exports.Set("Trainer", NativeTrainer::define(env));
}

}  // namespace thalweg::napi
