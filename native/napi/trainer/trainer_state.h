// Gives JavaScript a trainer's weights, statistics, counters, and the state of its run.
#pragma once

#include <napi.h>

#include "napi/trainer/trainer_parts.h"

namespace thalweg::napi::state {

Napi::Value tensors(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value read(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value counters(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value check_idle(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value save(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value load(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value parameter(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value set_parameters(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value statistic(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value set_statistics(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value bytes(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value require_memory(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value step_count(TrainerParts& trainer, const Napi::CallbackInfo& info);
Napi::Value averaged_count(TrainerParts& trainer, const Napi::CallbackInfo& info);

}  // namespace thalweg::napi::state
