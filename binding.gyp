# The entry of node-gyp, a second build beside native/CMakeLists.txt with the same sources
# (native/sources/*.txt) and the same flags. `npm run build:gyp` runs it, and an install does not.
{
  'variables': {
    # g++ supports level 3 since version 12.
    'fortify%': '<!(node -p "parseInt(child_process.execSync((process.env.CXX || \'c++\') + \' -dumpversion\')) < 12 ? 2 : 3")',
    'lanes_sources': ['<!@(node script/sources.mjs lanes)'],
    'addon_sources': ['<!@(node script/sources.mjs addon)'],
  },
  'target_defaults': {
    'include_dirs': ['native'],
    'cflags!': ['-fno-exceptions'],
    'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++17', '-std=gnu++20'],
    'cflags': [
      '-fPIC', '-fvisibility=hidden', '-O3',
      '-fstack-protector-strong', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=<(fortify)',
      '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math',
      '-Wall', '-Wextra', '-Wno-unknown-pragmas', '-Wno-psabi',
    ],
    'cflags_cc': ['-std=c++20'],
    'ldflags': ['-Wl,-z,relro,-z,now,-z,noexecstack'],
  },
  'targets': [
    {
      'target_name': 'thalweg_lanes_baseline',
      'type': 'static_library',
      'sources': ['<@(lanes_sources)'],
      'defines': ['THALWEG_LANES=baseline'],
    },
    {
      'target_name': 'thalweg',
      'dependencies': ['thalweg_lanes_baseline'],
      'sources': ['<@(addon_sources)'],
      'defines': ['NAPI_VERSION=9', 'NAPI_CPP_EXCEPTIONS=1', 'NODE_ADDON_API_CPP_EXCEPTIONS_ALL=1', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS=1', 'THALWEG_LANES_BASELINE=1'],
      'include_dirs': [
        '<!(node -p "require(\'node-api-headers\').include_dir")',
        '<!(node -p "path.resolve(require(\'node-addon-api\').include_dir)")',
      ],
      'libraries': ['-ldl', '-lpthread'],
      'ldflags': ['-Wl,--version-script=<(module_root_dir)/native/exports/addon.map', '-Wl,-z,nodelete'],
      'conditions': [
        ['target_arch=="x64"', {
          'dependencies': ['thalweg_lanes_avx2', 'thalweg_lanes_avx512'],
          'defines': ['THALWEG_LANES_AVX2=1', 'THALWEG_LANES_AVX512=1'],
        }],
      ],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'thalweg_lanes_avx2',
          'type': 'static_library',
          'sources': ['<@(lanes_sources)'],
          'defines': ['THALWEG_LANES=avx2'],
          'cflags': ['-mavx2', '-mfma'],
        },
        {
          'target_name': 'thalweg_lanes_avx512',
          'type': 'static_library',
          'sources': ['<@(lanes_sources)'],
          'defines': ['THALWEG_LANES=avx512'],
          'cflags': ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mprefer-vector-width=512'],
        },
      ],
    }],
  ],
}
