// The processor time that the control groups of this process allow (a container's `--cpus`).
// src/machine/cgroup.ts reads their limits of memory, because it must also work where the addon
// does not load. This file must also work where there is no JavaScript.
#pragma once

#include <string>

namespace thalweg {

// Returns the least quota of the process's group and of all groups above it, in processors, or
// infinity where there is none. Reads version 2 (cpu.max) and version 1 (cpu.cfs_quota_us).
// `proc_cgroup` names the groups of the process, and the hierarchies are mounted in `mount`.
double cpu_quota(const std::string& proc_cgroup = "/proc/self/cgroup",
                 const std::string& mount = "/sys/fs/cgroup");

}  // namespace thalweg
