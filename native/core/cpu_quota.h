// The processor time that the control groups of this process allow (a container's `--cpus`).
// src/machine/cgroup.ts reads their memory by itself: it must tell of limits where the addon does
// not load, and the pool must know its quota where there is no JavaScript.
#pragma once

#include <string>

namespace thalweg {

// The least quota of the process's group and all above it, in processors; infinity where there is
// none. Reads version 2 (cpu.max) and version 1 (cpu.cfs_quota_us). `proc_cgroup` names the groups
// of the process, as /proc/self/cgroup does; `mount` is where the hierarchies are mounted.
double cpu_quota(const std::string& proc_cgroup = "/proc/self/cgroup",
                 const std::string& mount = "/sys/fs/cgroup");

}  // namespace thalweg
