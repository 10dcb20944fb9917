// A lock on a file that ends with its owner, however that ends: the kernel's flock.
#pragma once

#include <string>

namespace thalweg {

class FileLock {
 public:
  // Makes the file where it is missing, and writes `owner` into it, whose first word every
  // owner's name begins with. Throws LOCKED, with what the present owner wrote; UNSAFE_PATH where
  // the file has another name too or holds anything but an owner; PERMISSION, MISSING, UNSUPPORTED.
  FileLock(const std::string& file, const std::string& owner);
  ~FileLock() { release(); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Whether the file still lies where it was locked. It does not where its folder was replaced.
  bool is_in_place() const;
  // The file stays, empty: to delete it would let two owners hold two files of one name.
  void release();

 private:
  std::string file_;
  int descriptor_ = -1;
};

}  // namespace thalweg
