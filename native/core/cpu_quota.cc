#include "core/cpu_quota.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace thalweg {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// Returns quota / period, both in microseconds. A quota that is not a positive number ("max", -1)
// sets no limit.
double quotient(const std::string& quota, const std::string& period) {
  char* end = nullptr;
  const double allowed = std::strtod(quota.c_str(), &end);
  if (end == quota.c_str() || !(allowed > 0)) return kUnlimited;
  const double interval = std::strtod(period.c_str(), nullptr);
  return interval > 0 ? allowed / interval : kUnlimited;
}

std::string first_word(const std::string& file) {
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  return word;
}

double quota_version_2(const std::string& folder) {
  std::ifstream stream(folder + "/cpu.max");
  std::string quota, period;
  stream >> quota >> period;
  return quotient(quota, period);
}

double quota_version_1(const std::string& folder) {
  return quotient(first_word(folder + "/cpu.cfs_quota_us"),
                  first_word(folder + "/cpu.cfs_period_us"));
}

// Returns the least quota of `group` and of all groups above it.
template <class Quota>
double quota_upwards(const std::string& root, std::string group, Quota quota) {
  double least = kUnlimited;
  for (;;) {
    least = std::min(least, quota(root + group));
    if (group.empty() || group == "/") return least;
    group.erase(group.find_last_of('/'));
  }
}

// A container may see its group's path from outside, while its mounted root is a group on this
// path. So each suffix of the path is tried. Folders that do not exist have no quota.
template <class Quota>
double least_quota(const std::string& root, std::string group, Quota quota) {
  double least = kUnlimited;
  for (;;) {
    least = std::min(least, quota_upwards(root, group, quota));
    const size_t next = group.find('/', 1);
    if (next == std::string::npos) return least;
    group.erase(0, next);
  }
}

bool has_controller(const std::string& list, const std::string& name) {
  std::istringstream names(list);
  for (std::string each; std::getline(names, each, ',');)
    if (each == name) return true;
  return false;
}

}  // namespace

double cpu_quota(const std::string& proc_cgroup, const std::string& mount) {
  double least = kUnlimited;
  std::ifstream lines(proc_cgroup);
  for (std::string line; std::getline(lines, line);) {  // "number:controllers:/group"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos || line[second + 1] != '/')
      continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty())
      for (const char* root : {"", "/unified"})
        least = std::min(least, least_quota(mount + root, group, quota_version_2));
    else if (has_controller(controllers, "cpu"))
      for (const char* name : {"cpu", controllers.c_str()}) {
        std::string root = mount;
        root.append("/").append(name);
        least = std::min(least, least_quota(root, group, quota_version_1));
      }
  }
  return least;
}

}  // namespace thalweg
