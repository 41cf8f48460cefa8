// Every place of a code base that uses a name, and what is defined where, by TypeScript's parser alone.
//
//   node sites.mjs ROOT
//
// Prints {path: {uses: [[start, name, shape]], identities: [[start, kind, name]]}}; offsets into the UTF-8 text.
// Kinds: function, method, class (interfaces, enums and type aliases too), attribute, variable; and what is no target:
// parameter, local, import. Members of an object literal count where it is the value of a variable of the module.

import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { codeBase, Offsets } from './code_base.mjs'

const CALL = 'attribute call'
const ATTRIBUTE = 'attribute'
const BARE = 'bare name'
const K = ts.SyntaxKind

function sitesOf(source, offsets) {
  const uses = []
  const identities = []
  const seen = new Set()

  const define = (node, kind, scope) => {
    if (!node || seen.has(node)) return
    const start = ts.isStringLiteralLike(node) ? node.getStart(source) + 1 : node.getStart(source)
    seen.add(node)
    identities.push([offsets.bytes(start), scope.hidden ? 'local' : kind, scope.named(node.text ?? node.getText(source))])
  }

  const bindings = (name, kind, scope) => {
    if (ts.isIdentifier(name)) define(name, kind, scope)
    else for (const each of name.elements) if (ts.isBindingElement(each)) bindings(each.name, kind, scope)
  }

  const visit = (node, scope) => {
    let inner = scope
    switch (node.kind) {
      case K.FunctionDeclaration:
        define(node.name, 'function', scope)
        inner = scope.inside(node.name?.text ?? 'default', 'function')
        break
      case K.FunctionExpression:
      case K.ArrowFunction:
        if (node.name) define(node.name, 'local', scope)
        inner = scope.inside('<function>', 'function', true)
        break
      case K.ClassDeclaration:
      case K.InterfaceDeclaration:
      case K.EnumDeclaration:
      case K.TypeAliasDeclaration:
        define(node.name, 'class', scope)
        inner = scope.inside(node.name?.text ?? 'default', 'class')
        break
      case K.ModuleDeclaration:
        if (ts.isIdentifier(node.name)) define(node.name, 'local', scope)
        inner = scope.inside(node.name.text, 'module')
        break
      case K.ClassExpression:
        if (node.name) define(node.name, 'local', scope)
        inner = scope.value ?? scope.inside('<class>', 'class', true)
        break
      case K.MethodDeclaration:
      case K.MethodSignature:
        memberOf(node, 'method', scope)
        inner = scope.inside(node.name.getText(source), 'function')
        break
      case K.GetAccessor:
      case K.SetAccessor:
      case K.PropertyDeclaration:
      case K.PropertySignature:
      case K.PropertyAssignment:
      case K.EnumMember:
        memberOf(node, 'attribute', scope)
        inner = scope.inside(node.name.getText(source), 'function', scope.hidden).holding(node.initializer)
        break
      case K.ShorthandPropertyAssignment:
        if (scope.kind === 'class') define(node.name, 'attribute', scope)
        return
      case K.Constructor: {
        // `new C()` leads to the constructor: it is the class.
        const keyword = node.getChildren(source).find((child) => child.kind === K.ConstructorKeyword)
        if (keyword) identities.push([offsets.bytes(keyword.getStart(source)), scope.hidden ? 'local' : 'class', scope.own])
        for (const each of node.parameters) {
          if (ts.isParameterPropertyDeclaration(each, node)) define(each.name, 'attribute', scope)
        }
        inner = scope.inside('constructor', 'function')
        break
      }
      case K.VariableDeclaration:
        bindings(node.name, scope.kind === 'module' ? 'variable' : 'local', scope)
        inner = ts.isIdentifier(node.name) && scope.kind === 'module' ? scope.inside(node.name.text, 'function').holding(node.initializer) : scope
        break
      case K.Parameter:
        bindings(node.name, 'parameter', scope)
        break
      case K.TypeParameter:
        define(node.name, 'parameter', scope)
        break
      case K.ImportClause:
      case K.NamespaceImport:
      case K.ImportSpecifier:
      case K.ImportEqualsDeclaration:
        define(node.name, 'import', scope)
        if (node.propertyName) define(node.propertyName, 'import', scope)
        break
      case K.ExportSpecifier:
      case K.NamespaceExport:
        define(node.name, 'import', scope)
        if (node.propertyName) seen.add(node.propertyName)
        return
      case K.ObjectLiteralExpression:
      case K.TypeLiteral:
        inner = scope.value === node || (scope.kind === 'class' && ts.isTypeAliasDeclaration(node.parent)) ? scope.asClass() : scope.inside('<literal>', 'class', true)
        break
      case K.LabeledStatement:
      case K.BreakStatement:
      case K.ContinueStatement:
        if (node.label) seen.add(node.label)
        break
      case K.NamedTupleMember:
        seen.add(node.name)
        break
      case K.BindingElement:
        if (node.propertyName) seen.add(node.propertyName)
        break
      case K.MetaProperty:
        return
      case K.JsxAttribute:
        seen.add(node.name)
        break
      case K.TypePredicate:
        seen.add(node.parameterName)
        break
      case K.Identifier:
        use(node)
        return
    }
    ts.forEachChild(node, (child) => visit(child, inner))
  }

  const memberOf = (node, kind, scope) => {
    if (ts.isComputedPropertyName(node.name)) return
    if (scope.kind === 'class') define(node.name, kind, scope)
    else seen.add(node.name)
  }

  const use = (node) => {
    if (seen.has(node) || !node.text) return
    const parent = node.parent
    const start = offsets.bytes(node.getStart(source))
    const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node
    const isPart = ts.isQualifiedName(parent) && parent.right === node
    const whole = isMember ? parent : node
    const isWritten =
      ts.isBinaryExpression(whole.parent) && whole.parent.left === whole && whole.parent.operatorToken.kind === K.EqualsToken
    if (isWritten) return
    if (!isMember && !isPart) uses.push([start, node.text, BARE])
    else if (isMember && ts.isCallExpression(parent.parent) && parent.parent.expression === parent) uses.push([start, node.text, CALL])
    else uses.push([start, node.text, ATTRIBUTE])
  }

  visit(source, new Scope(`${source.fileName}::`, 'module'))
  return { uses, identities }
}

class Scope {
  constructor(own, kind, hidden = false, value = null) {
    Object.assign(this, { own, kind, hidden, value })
  }

  named(name) {
    return this.own.endsWith('::') ? this.own + name : `${this.own}.${name}`
  }

  inside(name, kind, hidden = false) {
    return new Scope(this.named(name), kind, this.hidden || hidden)
  }

  /** This scope, in which the members of one literal count. */
  holding(node) {
    while (node && (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node))) {
      node = node.expression
    }
    return new Scope(this.own, this.kind, this.hidden, node ?? null)
  }

  asClass() {
    return new Scope(this.own, 'class', this.hidden)
  }
}

const root = fs.realpathSync(process.argv[2])
const answer = {}
for (const file of codeBase(root).files) {
  const text = ts.sys.readFile(path.join(root, file))
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  if (source.parseDiagnostics.length === 0) answer[file] = sitesOf(source, new Offsets(text))
}
process.stdout.write(JSON.stringify(answer))
