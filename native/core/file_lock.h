// A lock on a file, by flock. The kernel ends the lock when its process ends for any reason.
#pragma once

#include <string>

namespace thalweg {

class FileLock {
 public:
  // Creates the file if it is missing, and writes `owner` into it. The file must be empty or begin
  // with the first word of `owner`. Throws LOCKED with the present owner's text, UNSAFE_PATH for a
  // file with a second name or other content, PERMISSION, MISSING, and UNSUPPORTED.
  FileLock(const std::string& file, const std::string& owner);
  ~FileLock() { release(); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Returns false if the file no longer lies where it was locked, such as after its folder was
  // replaced.
  bool is_in_place() const;
  // Empties the file and keeps it. If it were deleted, two owners could lock two files of one name.
  void release();

 private:
  std::string file_;
  int descriptor_ = -1;
};

}  // namespace thalweg
