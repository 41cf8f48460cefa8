# Which file requires another or names a constant that another defines: prints {"files", "pairs", "undecided", "failed", "absent"}.
# Arguments: the root, then load paths (folders of library code). Every file below them is loaded, so this runs their
# code. Requires are seen as they happen; constants are looked up in the loaded program, by the nesting they stand in.
require "json"
require "pathname"

ROOT = File.realpath(ARGV.shift)
LOAD_PATHS = ARGV.map { |each| File.realpath(each) }
PAIRS = {}
ABSENT = {}
OPENED = Hash.new { |hash, key| hash[key] = {} }.compare_by_identity

def inside(path)
  whole = path && File.exist?(path) ? File.realpath(path) : ""
  whole.start_with?(ROOT + "/") ? whole[(ROOT.size + 1)..] : nil
end

def pair(source, target)
  source, target = inside(source), inside(target)
  PAIRS[[source, target]] = true if source && target && source != target
end

def feature(name)
  (name.start_with?("/") ? name : $LOAD_PATH.resolve_feature_path(name)&.last).then { |path| File.exist?(path.to_s) ? path : "#{path}.rb" }
rescue LoadError
  nil
end

module Kernel
  %i[require load].each do |name|
    original = instance_method(name)
    define_method(name) do |*words|
      pair(caller_locations(1, 1).first.absolute_path, feature(words.first.to_s))
      original.bind_call(self, *words)
    rescue LoadError => e
      raise if feature(words.first.to_s) || e.path != words.first

      ABSENT[words.first.to_s] = false # a library that is not on this machine is taken for an empty one
    end
    private name
  end

  def require_relative(path)
    from = caller_locations(1, 1).first.absolute_path
    whole = File.expand_path(path, File.dirname(from))
    whole += ".rb" unless File.exist?(whole) && File.file?(whole)
    pair(from, whole)
    require whole
  end
end

class Module
  original = instance_method(:autoload)
  define_method(:autoload) do |name, path|
    pair(caller_locations(1, 1).first.absolute_path, feature(path))
    original.bind_call(self, name, path)
  end
end

TracePoint.new(:class) { |point| OPENED[point.self][File.realpath(point.path)] = true if File.exist?(point.path) }.enable
$LOAD_PATH.unshift(*LOAD_PATHS)
files = LOAD_PATHS.flat_map { |each| Dir.glob("#{each}/**/*.rb") }.sort
failed = []
files.each do |file|
  require file
rescue Exception => e # rubocop:disable Lint/RescueException -- a file may end the program, or need what is not here
  failed << "#{inside(file)}: #{e.class}: #{e.message[0, 60]}"
end

# Constants of one file: yields the written path and the nesting of modules around it, innermost last.
def constants(node, nesting, &found)
  return unless node.is_a?(RubyVM::AbstractSyntaxTree::Node)

  case node.type
  when :CLASS, :MODULE
    path, *rest = node.children
    body = rest.pop
    rest.each { |each| constants(each, nesting, &found) }
    parts = written(path)
    constants(path.children.first, nesting, &found) if path.type == :COLON2
    own = parts && resolve(parts, nesting, defining: true)
    constants(body, own.is_a?(Module) ? nesting + [own] : nesting, &found)
  when :CONST, :COLON2, :COLON3
    parts = written(node)
    found.call(parts, nesting) if parts
    node.children.each { |each| constants(each, nesting, &found) } if node.type == :COLON2
  else
    node.children.each { |each| constants(each, nesting, &found) }
  end
end

def written(node)
  case node.type
  when :CONST then [node.children.first]
  when :COLON3 then [:"", node.children.first]
  when :COLON2
    base, name = node.children
    return nil unless name.to_s.match?(/\A[A-Z]/)
    return [name] if base.nil?

    before = written(base)
    before && before + [name]
  end
end

def resolve(parts, nesting, defining: false)
  at = place(parts, nesting, defining: defining)
  at && at.first.const_get(at.last, false)
rescue NameError, LoadError, SystemExit
  nil
end

# The module that holds a constant, and its name.
def place(parts, nesting, defining: false)
  first, *rest = parts
  holder =
    if first == :"" then (first = rest.shift) && Object
    elsif defining && rest.empty? && nesting.last then nesting.last.const_defined?(first, false) ? nesting.last : nil
    else
      around = nesting.reverse + (nesting.last || Object).ancestors + [Object]
      around.find { |each| each.const_defined?(first, false) }
    end
  rest.each do |name|
    value = holder&.const_get(first, false)
    holder = value.is_a?(Module) ? value.ancestors.find { |each| each.const_defined?(name, false) } : nil
    first = name
  end
  holder && [holder, first]
rescue NameError, LoadError, SystemExit
  nil
end

undecided = {}
files.each do |file|
  tree = RubyVM::AbstractSyntaxTree.parse_file(file)
  constants(tree, []) do |parts, nesting|
    holder, name = place(parts, nesting)
    next unless holder

    value = holder.const_get(name, false)
    opened = value.is_a?(Module) ? OPENED[value].keys : []
    opened = [holder.const_source_location(name)&.first] if opened.empty?
    opened = opened.compact.map { |each| inside(each) }.compact
    if opened.size == 1
      pair(file, "#{ROOT}/#{opened.first}")
    else
      opened.each { |each| undecided[[inside(file), each]] = true }
    end
  end
rescue SyntaxError, NameError, LoadError, SystemExit => e
  failed << "#{inside(file)}: #{e.class}: #{e.message[0, 60]}"
end
known = files.map { |each| inside(each) }
kept = PAIRS.keys.select { |source, target| known.include?(source) && known.include?(target) }
$stdout.puts JSON.generate(files: known, pairs: kept, undecided: undecided.keys - kept, failed: failed.uniq, absent: ABSENT.keys)
exit!(0)
