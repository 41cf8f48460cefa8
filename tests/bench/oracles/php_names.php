<?php
// Which file names which other by a class, function or constant: prints a JSON object {"files", "pairs", "undecided", "broken"}.
// Arguments: the root, then folders to read. Names are resolved by nikic/php-parser, as PHP resolves them.
require '/usr/share/php/PhpParser/autoload.php';

use PhpParser\Node;
use PhpParser\NodeTraverser;
use PhpParser\NodeVisitor\NameResolver;
use PhpParser\NodeVisitorAbstract;
use PhpParser\ParserFactory;

final class Names extends NodeVisitorAbstract
{
    public array $declared = [];
    public array $named = [];
    public array $required = [];

    public function enterNode(Node $node)
    {
        if ($node instanceof Node\Stmt\ClassLike && isset($node->namespacedName)) {
            $this->declared[] = 'class ' . strtolower($node->namespacedName->toString());
        } elseif ($node instanceof Node\Stmt\Function_) {
            $this->declared[] = 'function ' . strtolower($node->namespacedName->toString());
        } elseif ($node instanceof Node\Stmt\Const_) {
            foreach ($node->consts as $each) {
                $this->declared[] = 'const ' . $each->namespacedName->toString();
            }
        } elseif ($node instanceof Node\Expr\FuncCall && $node->name instanceof Node\Name) {
            $this->add('function', $node->name, true);
        } elseif ($node instanceof Node\Expr\ConstFetch) {
            $this->add('const', $node->name, false);
        } elseif ($node instanceof Node\Stmt\Use_ || $node instanceof Node\Stmt\GroupUse) {
            foreach ($node->uses as $use) {
                $type = $use->type ?: $node->type;
                $kind = [Node\Stmt\Use_::TYPE_FUNCTION => 'function', Node\Stmt\Use_::TYPE_CONSTANT => 'const'][$type] ?? 'class';
                $prefix = $node instanceof Node\Stmt\GroupUse ? $node->prefix->toString() . '\\' : '';
                $name = $prefix . $use->name->toString();
                $this->named[] = [$kind . ' ' . ($kind === 'const' ? $name : strtolower($name))];
            }
        } elseif ($node instanceof Node\Name\FullyQualified) {
            $this->named[] = ['class ' . strtolower($node->toString())];
        } elseif ($node instanceof Node\Expr\Include_) {
            $this->required[] = $this->path($node->expr);
        }
        return null;
    }

    // An unqualified name that its own namespace lacks means the global one.
    private function add(string $kind, Node\Name $name, bool $lower): void
    {
        $found = [];
        foreach ([$name->getAttribute('namespacedName'), $name] as $each) {
            if ($each instanceof Node\Name) {
                $found[] = $kind . ' ' . ($lower ? strtolower($each->toString()) : $each->toString());
            }
        }
        $this->named[] = $found;
    }

    private function path(Node\Expr $node): ?string
    {
        if ($node instanceof Node\Scalar\String_) {
            return $node->value;
        }
        if ($node instanceof Node\Scalar\MagicConst\Dir) {
            return '.';
        }
        if ($node instanceof Node\Expr\BinaryOp\Concat) {
            [$left, $right] = [$this->path($node->left), $this->path($node->right)];
            return $left === null || $right === null ? null : $left . $right;
        }
        return null;
    }
}

$root = realpath($argv[1]);
$parser = (new ParserFactory())->create(ParserFactory::PREFER_PHP7);
$read = [];
$broken = [];
foreach (array_slice($argv, 2) as $folder) {
    $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS));
    foreach ($files as $file) {
        if ($file->getExtension() !== 'php') {
            continue;
        }
        $path = substr($file->getRealPath(), strlen($root) + 1);
        $names = new Names();
        $traverser = new NodeTraverser();
        $traverser->addVisitor(new NameResolver());
        $traverser->addVisitor($names);
        try {
            $traverser->traverse($parser->parse(file_get_contents($file->getRealPath())));
            $read[$path] = $names;
        } catch (PhpParser\Error $error) {
            $broken[] = $path;
        }
    }
}
$places = [];
foreach ($read as $path => $names) {
    foreach ($names->declared as $name) {
        $places[$name][$path] = true;
    }
}
$pairs = [];
$undecided = [];
foreach ($read as $path => $names) {
    foreach ($names->named as $meanings) {
        foreach ($meanings as $name) {
            // A class declared in several files is one of them at run time: which, no reader of texts can say.
            if (isset($places[$name])) {
                foreach (array_keys($places[$name]) as $place) {
                    if (count($places[$name]) > 1) {
                        $undecided[$path . "\0" . $place] = true;
                    } elseif ($place !== $path) {
                        $pairs[$path . "\0" . $place] = true;
                    }
                }
                break;
            }
        }
    }
    foreach (array_filter($names->required) as $written) {
        $target = realpath(dirname("$root/$path") . '/' . $written);
        if ($target !== false && str_starts_with($target, "$root/") && isset($read[substr($target, strlen($root) + 1)])) {
            $pairs[$path . "\0" . substr($target, strlen($root) + 1)] = true;
        }
    }
}
echo json_encode([
    'files' => array_keys($read),
    'pairs' => array_map(fn ($pair) => explode("\0", $pair), array_keys($pairs)),
    'undecided' => array_map(fn ($pair) => explode("\0", $pair), array_keys(array_diff_key($undecided, $pairs))),
    'broken' => $broken,
]);
