#include "napi/trainer/trainer_parts.h"

namespace thalweg::napi {

Weights to_weights(TrainerParts& trainer, const Napi::Value& averaged) {
  if (!averaged.IsBoolean() || !averaged.As<Napi::Boolean>().Value()) return Weights::kRaw;
  if (trainer.engine->state().stepper().averaged_count() > 0) return Weights::kAveraged;
  throw Error({ErrorCode::kMissing, "weights", "'averaged' before any weights were averaged",
               "an average of the weights",
               "give the trainer an `average`, and train until its start"});
}

}  // namespace thalweg::napi
