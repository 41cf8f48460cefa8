"""Java's and Kotlin's rules for names: members without ``this``, what needs no import, constructors."""

from __future__ import annotations

from sightline.graph.common_names import NameRules, common_rules, plain_type

#: Names of ``java.lang`` that few projects define anew; the graph need not remember where they are used.
JAVA_COMMON = frozenset(
    b"Boolean Byte Character CharSequence Class Comparable Double Exception Float FunctionalInterface "
    b"IllegalArgumentException IllegalStateException Integer Iterable Long Math NullPointerException Number Object "
    b"Override Runnable RuntimeException SafeVarargs Short String StringBuilder SuppressWarnings System Throwable "
    b"UnsupportedOperationException Void".split()
)
#: The other types of ``java.lang`` (Java SE 21).
_JAVA_LANG = frozenset(
    b"AbstractMethodError Appendable ArithmeticException ArrayIndexOutOfBoundsException ArrayStoreException "
    b"AssertionError AutoCloseable BootstrapMethodError ClassCastException ClassCircularityError ClassFormatError "
    b"ClassLoader ClassNotFoundException ClassValue Cloneable CloneNotSupportedException Compiler Deprecated Enum "
    b"EnumConstantNotPresentException Error ExceptionInInitializerError IllegalAccessError IllegalAccessException "
    b"IllegalCallerException IllegalMonitorStateException IllegalThreadStateException IncompatibleClassChangeError "
    b"IndexOutOfBoundsException InheritableThreadLocal InstantiationError InstantiationException InternalError "
    b"InterruptedException LayerInstantiationException LinkageError MatchException Module ModuleLayer "
    b"NegativeArraySizeException NoClassDefFoundError NoSuchFieldError NoSuchFieldException NoSuchMethodError "
    b"NoSuchMethodException NumberFormatException OutOfMemoryError Package Process ProcessBuilder ProcessHandle "
    b"Readable Record ReflectiveOperationException Runtime RuntimePermission ScopedValue SecurityException "
    b"SecurityManager StackOverflowError StackTraceElement StackWalker StrictMath StringBuffer "
    b"StringIndexOutOfBoundsException StringTemplate Thread ThreadDeath ThreadGroup ThreadLocal "
    b"TypeNotPresentException UnknownError UnsatisfiedLinkError UnsupportedClassVersionError VerifyError "
    b"VirtualMachineError WrongThreadException".split()
)
#: Names of the packages that Kotlin imports by itself which few projects define anew.
KOTLIN_COMMON = frozenset(
    b"Any Array Boolean BooleanArray Byte ByteArray Char CharArray CharSequence Comparable Double DoubleArray "
    b"Exception Float FloatArray IllegalArgumentException IllegalStateException Int IntArray Iterable List Long "
    b"LongArray Map MutableList MutableMap MutableSet Nothing Number Pair Set Short ShortArray String Suppress "
    b"Throwable UByte UInt ULong UShort Unit arrayOf check checkNotNull emptyList emptyMap emptySet error lazy "
    b"listOf listOfNotNull mapOf mutableListOf mutableMapOf mutableSetOf require requireNotNull setOf true false "
    b"null".split()
)
_KOTLIN = frozenset(
    b"Annotation ArithmeticException ArrayList AssertionError AutoCloseable ClassCastException Collection "
    b"ConcurrentModificationException Deprecated Enum Error Function HashMap HashSet IndexOutOfBoundsException "
    b"Iterator JvmField JvmName JvmOverloads JvmStatic KotlinVersion Lazy LinkedHashMap LinkedHashSet ListIterator "
    b"MutableCollection MutableIterable MutableIterator NoSuchElementException NotImplementedError "
    b"NullPointerException NumberFormatException OptIn Regex ReplaceWith Result RuntimeException Sequence "
    b"StringBuilder Synchronized Throws Triple TODO UnsupportedOperationException Volatile also apply arrayListOf "
    b"arrayOfNulls assert buildList buildMap buildString byteArrayOf hashMapOf hashSetOf intArrayOf let "
    b"linkedMapOf longArrayOf maxOf minOf print println repeat run runCatching sequence sequenceOf takeIf "
    b"takeUnless to use with".split()
)


def jvm_type(text: str) -> str:
    """The named type of a value; nothing for arrays and functions.

    >>> jvm_type("a.Cart<Item>?"), jvm_type("Cart[]"), jvm_type("Cart..."), jvm_type("(Cart) -> Unit")
    ('a.Cart', '', 'Cart', '')
    """
    text = text.strip()
    return "" if text.endswith("]") or "->" in text else plain_type(text)


JAVA_RULES = common_rules(
    NameRules(
        self_names=frozenset({"this"}),
        super_names=frozenset({"super"}),
        implicit_members=True,
        types_apart=True,
        builtins=frozenset(name.decode() for name in _JAVA_LANG | JAVA_COMMON),
        type_name=jvm_type,
        named_constructors=True,
    )
)
KOTLIN_RULES = common_rules(
    NameRules(
        self_names=frozenset({"this"}),
        super_names=frozenset({"super"}),
        implicit_members=True,
        types_apart=True,
        builtins=frozenset(name.decode() for name in _KOTLIN | KOTLIN_COMMON | _JAVA_LANG),
        type_name=jvm_type,
        constructors=frozenset({"constructor"}),
    )
)
