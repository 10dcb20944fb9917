#include "data/living.h"

#include <iterator>
#include <mutex>
#include <random>
#include <unordered_map>

namespace thalweg::data {

namespace {

struct Living {
  std::mutex mutex;
  std::unordered_map<uint64_t, std::weak_ptr<const Dataset>> sets;
  size_t sweep_at = 64;  // entries
};

// It is never destroyed, because threads may still use it while the process ends.
Living& living() {
  static auto* all = new Living;
  return *all;
}

// Entries of data sets that are gone leave whenever the table has doubled.
void sweep(Living& all) {
  for (auto each = all.sets.begin(); each != all.sets.end();)
    each = each->second.expired() ? all.sets.erase(each) : std::next(each);
  all.sweep_at = 2 * all.sets.size() + 64;
}

}  // namespace

void remember(const std::shared_ptr<const Dataset>& dataset) {
  Living& all = living();
  const std::lock_guard<std::mutex> lock(all.mutex);
  if (all.sets.size() >= all.sweep_at) sweep(all);
  all.sets[dataset->serial()] = dataset;
}

std::shared_ptr<const Dataset> find_living(uint64_t serial) {
  Living& all = living();
  const std::lock_guard<std::mutex> lock(all.mutex);
  const auto found = all.sets.find(serial);
  return found == all.sets.end() ? nullptr : found->second.lock();
}

uint64_t process_number() {
  static const uint64_t number = [] {
    std::random_device random;
    return uint64_t{random()} << 32 | random();
  }();
  return number;
}

}  // namespace thalweg::data
