// Names the fields of an op's parameters, so that tests can fill them.
#pragma once

// Defines visit_fields(), which calls visit(names, fields...) with the names as one text, "x, y,
// length". The list has every field of the struct in its order. A list that lacks a field does not
// compile.
#define THALWEG_FIELDS(Parameters, ...)                    \
  template <class Visit>                                   \
  void visit_fields(Parameters& parameters, Visit visit) { \
    auto& [__VA_ARGS__] = parameters;                      \
    visit(#__VA_ARGS__, __VA_ARGS__);                      \
  }
