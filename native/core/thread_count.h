// How many threads a parallel loop may use, and why so many.
#pragma once

#include <string>

namespace thalweg {

// The largest number of threads that a loop uses.
inline constexpr int kMostThreads = 256;

struct ThreadCount {
  int count;           // from 1 to kMostThreads
  std::string reason;  // for people: "2 processors", "THALWEG_THREADS"
};

// Threads that parallel_for may use: THALWEG_THREADS where it is set, else processor_count().
// The variable is read when the addon is loaded.
int thread_count();
// Processors that this process may use: the lesser of its affinity and its control groups' quota of
// processor time, rounded down, and at least 1.
int processor_count();

// Reads affinity and quota again, at most ten times a second. Each run begins with it.
void refresh_thread_count();
// Reads affinity and quota again, and says which decides.
ThreadCount explain_thread_count();

// Reads THALWEG_THREADS, once for all. The addon calls it when it is loaded.
void read_thread_variable();
// Throws RANGE where THALWEG_THREADS is set to anything but a whole number from 1 to kMostThreads.
// Opening a backend calls it. Loading the addon does not: an error thrown there is hard to catch.
void check_thread_variable();

// Process-wide, for tests; 0 restores the default.
void set_thread_count(int count);

}  // namespace thalweg
