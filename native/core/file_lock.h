// A lock on a file that ends with its owner, however that ends: the kernel's flock.
#pragma once

#include <string>

namespace thalweg {

class FileLock {
 public:
  // Makes the file where it is missing, and writes `owner` into it. Throws LOCKED,
  // with what the present owner wrote; UNSAFE_PATH, PERMISSION, MISSING, UNSUPPORTED.
  FileLock(const std::string& file, const std::string& owner);
  ~FileLock() { release(); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // The file stays, empty: to delete it would let two owners hold two files of one name.
  void release();

 private:
  int descriptor_ = -1;
};

}  // namespace thalweg
