// A trainer's passes over data. All but gradients() run on the trainer's own thread and return
// promises.
#pragma once

#include <napi.h>

#include "napi/trainer/trainer_parts.h"

namespace thalweg::napi::passes {

Napi::Value train(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value evaluate(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value predict(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value full_gradients(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value gradients(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value refresh(TrainerParts& trainer, const Napi::CallbackInfo& info);

}  // namespace thalweg::napi::passes
