// The number of threads that a parallel loop may use, and its reason.
#pragma once

#include <string>

namespace thalweg {

// The largest number of threads that a loop uses.
inline constexpr int kMostThreads = 256;

struct ThreadCount {
  int count;           // from 1 to kMostThreads
  std::string reason;  // for people: "2 processors", "THALWEG_THREADS"
};

// Returns the number of threads that parallel_for may use: THALWEG_THREADS if it is set, else
// processor_count(). The variable is read when the addon is loaded.
int thread_count();
// Returns the number of processors that this process may use, at least 1. It is the lesser of the
// affinity and the control groups' quota of processor time, rounded down.
int processor_count();

// Reads affinity and quota again, at most ten times a second. Each run calls it first.
void refresh_thread_count();
// Reads affinity and quota again, and returns the thread count with its reason.
ThreadCount explain_thread_count();

// Reads THALWEG_THREADS. The addon calls it when it is loaded; later calls have no effect.
void read_thread_variable();
// Throws RANGE if THALWEG_THREADS is set to anything but a whole number from 1 to kMostThreads.
// Opening a backend calls it. Loading the addon does not, because an error at that time is hard to
// catch.
void check_thread_variable();

// Sets the thread count of the process, for tests. 0 restores the default.
void set_thread_count(int count);

}  // namespace thalweg
