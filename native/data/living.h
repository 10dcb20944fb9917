// The data sets of the process that are alive, by their serial numbers, so that the threads of
// Node.js share one copy.
#pragma once

#include <cstdint>
#include <memory>

#include "data/dataset.h"

namespace thalweg::data {

// Makes the data set known for as long as it lives.
void remember(const std::shared_ptr<const Dataset>& dataset);
// Returns the data set with this serial number, or null where it is not alive.
std::shared_ptr<const Dataset> find_living(uint64_t serial);
// Returns a random number that the process keeps.
uint64_t process_number();

}  // namespace thalweg::data
