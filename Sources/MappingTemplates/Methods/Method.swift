/// The Java methods that some class here has. The names are Java's.
enum Method: String, CaseIterable {
    // Object
    case equals, getClass, hashCode, toString

    // String
    case charAt, codePointAt, codePointBefore, codePointCount, compareTo, compareToIgnoreCase, concat, contains
    case contentEquals, endsWith, equalsIgnoreCase, format, formatted, getBytes, indent, indexOf, intern, isBlank,
        isEmpty
    case join, lastIndexOf, length, matches, offsetByCodePoints, regionMatches, `repeat`, replace, replaceAll
    case replaceFirst, split, startsWith, strip, stripIndent, stripLeading, stripTrailing, subSequence, substring
    case toCharArray, toLowerCase, toUpperCase, translateEscapes, trim, valueOf

    // List, Map and their views
    case add, addAll, clear, clone, containsAll, containsKey, containsValue, ensureCapacity, entrySet, get
    case getOrDefault, iterator, keySet, listIterator, put, putAll, putIfAbsent, remove, removeAll, retainAll, set
    case size, sort, subList, toArray, trimToSize, values

    // Map.Entry, Iterator
    case getKey, getValue, setValue
    case hasNext, next, hasPrevious, previous, nextIndex, previousIndex

    // Numbers, booleans, characters
    case byteValue, doubleValue, floatValue, intValue, longValue, shortValue, booleanValue, charValue
    case bitCount, compare, compareUnsigned, decode, divideUnsigned, highestOneBit, lowestOneBit, max, min
    case numberOfLeadingZeros, numberOfTrailingZeros, parseInt, parseLong, parseDouble, parseBoolean, parseUnsignedInt
    case remainderUnsigned, reverse, reverseBytes, rotateLeft, rotateRight, signum, sum
    case toBinaryString, toHexString, toOctalString, toUnsignedLong, toUnsignedString
    case isNaN, isInfinite, isFinite, doubleToLongBits, doubleToRawLongBits, longBitsToDouble, parseFloat
    case floatToIntBits, floatToRawIntBits, intBitsToFloat, parseByte, parseShort, toUnsignedInt
    case logicalAnd, logicalOr, logicalXor
    case isDigit, isLetter, isLetterOrDigit, isUpperCase, isLowerCase, isWhitespace, getNumericValue

    // BigInteger, BigDecimal
    case abs, bitLength, divide, divideToIntegralValue, gcd, getLowestSetBit, mod
    case multiply, negate, plus, pow, precision, remainder, scale, setScale, shiftLeft, shiftRight
    case stripTrailingZeros, subtract, testBit, toBigInteger, toEngineeringString, toPlainString, unscaledValue
    case movePointLeft, movePointRight

    // Class
    case getName, getSimpleName, getTypeName, getPackageName, getCanonicalName, isArray, isInterface

    // $foreach
    case getIndex, getCount, getHasNext, isFirst, getFirst, isLast, getLast, getParent, getTopmost, getReplaced
    case getInfo, getDepth

    // $input, $util
    case body, getBody, json, params, path
    case base64Decode, base64Encode, escapeJavaScript, parseJson, urlDecode, urlEncode
}
