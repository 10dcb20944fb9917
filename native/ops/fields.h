// The fields of an op's parameters by name, so that tests can fill them.
#pragma once

// Every field of a struct, in the order of its declaration: calls visit(names, fields...) with the
// names as one text, "x, y, length". A field that is left out does not compile.
#define THALWEG_FIELDS(Parameters, ...)                    \
  template <class Visit>                                   \
  void visit_fields(Parameters& parameters, Visit visit) { \
    auto& [__VA_ARGS__] = parameters;                      \
    visit(#__VA_ARGS__, __VA_ARGS__);                      \
  }
