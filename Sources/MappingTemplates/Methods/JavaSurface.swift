/// Which methods the Java classes have that this engine has not, and what it has instead.
enum JavaSurface {
    private static let string: Set = [
        "chars", "codePoints", "copyValueOf", "describeConstable", "getChars", "lines",
        "resolveConstantDesc", "transform",
    ]
    private static let list: Set = [
        "forEach", "parallelStream", "removeIf", "spliterator", "stream", "toJSONString", "writeJSONString",
        "toString", "appendElement", "merge",
    ]
    private static let map: Set = [
        "compute", "computeIfAbsent", "computeIfPresent", "forEach", "merge", "replaceAll",
    ]
    private static let view: Set = ["forEach", "parallelStream", "removeIf", "spliterator", "stream"]
    private static let bigInteger: Set = [
        "and", "andNot", "bitCount", "byteValueExact", "clearBit", "divideAndRemainder", "flipBit", "intValueExact",
        "isProbablePrime", "longValueExact", "modInverse", "modPow", "nextProbablePrime", "not", "or",
        "setBit", "shortValueExact", "sqrt", "toByteArray", "xor",
    ]
    private static let bigDecimal: Set = [
        "byteValueExact", "divide", "divideAndRemainder", "intValueExact", "longValueExact", "round",
        "scaleByPowerOfTen",
        "setScale", "shortValueExact", "sqrt", "toBigIntegerExact", "ulp",
    ]

    /// Whether a class has a method of this name that cannot be called here.
    static func isUnsupported(_ name: String, class className: String, isMap: Bool) -> Bool {
        if ["notify", "notifyAll", "wait"].contains(name) { return className.hasPrefix("java.") }
        if isMap { return map.contains(name) }
        switch className {
        case "java.lang.String": return string.contains(name)
        case "java.util.ArrayList", "net.minidev.json.JSONArray", "java.util.ArrayList$SubList":
            return list.contains(name)
        case "java.math.BigInteger": return bigInteger.contains(name)
        case "java.math.BigDecimal": return bigDecimal.contains(name)
        default: return className.hasPrefix("java.util.LinkedHashMap$Linked") && view.contains(name)
        }
    }

    /// The methods that values of a class have here.
    static func methods(ofClass className: String, isMap: Bool, isList: Bool) -> [String] {
        let methods: [Method]
        if isMap {
            methods = mapMethods
        } else if isList {
            methods = listMethods
        } else if className == "java.lang.String" {
            methods = stringMethods
        } else if className.hasPrefix("java.util.LinkedHashMap$Linked") {
            methods = viewMethods
        } else {
            methods = Method.allCases
        }
        return methods.map(\.rawValue)
    }

    static let stringMethods: [Method] = [
        .charAt, .codePointAt, .codePointBefore, .codePointCount, .compareTo, .compareToIgnoreCase, .concat, .contains,
        .contentEquals, .endsWith, .equals, .equalsIgnoreCase, .format, .formatted, .getBytes, .getClass, .hashCode,
        .indent,
        .indexOf, .intern, .isBlank, .isEmpty, .join, .lastIndexOf, .length, .matches, .offsetByCodePoints,
        .regionMatches, .repeat, .replace, .replaceAll, .replaceFirst, .split, .startsWith, .strip, .stripIndent,
        .stripLeading, .stripTrailing, .subSequence, .substring, .toCharArray,
        .toLowerCase, .toString, .toUpperCase,
        .translateEscapes, .trim, .valueOf,
    ]
    static let listMethods: [Method] = [
        .add, .addAll, .clear, .clone, .contains, .containsAll, .equals, .get, .getClass, .hashCode, .indexOf, .isEmpty,
        .iterator, .lastIndexOf, .listIterator, .remove, .removeAll, .retainAll, .set, .size, .sort, .subList, .toArray,
        .toString,
    ]
    static let mapMethods: [Method] = [
        .clear, .clone, .containsKey, .containsValue, .entrySet, .equals, .get, .getClass, .getOrDefault, .hashCode,
        .isEmpty, .keySet, .put, .putAll, .putIfAbsent, .remove, .replace, .size, .toString, .values,
    ]
    static let viewMethods: [Method] = [
        .clear, .contains, .containsAll, .equals, .getClass, .hashCode, .isEmpty, .iterator, .remove, .removeAll,
        .retainAll, .size, .toArray, .toString,
    ]
}
