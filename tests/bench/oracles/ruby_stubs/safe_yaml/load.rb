# Debian has no safe_yaml, which Jekyll loads: enough of it for Jekyll's files to load.
module SafeYAML
  OPTIONS = {}
end
