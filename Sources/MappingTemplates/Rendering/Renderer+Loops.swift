/// `#foreach`.
extension Renderer {
    mutating func loop(_ number: Int32) throws(Interruption) {
        let node = nodes[Int(number)]
        line = node.line
        guard node.b >= 0 else {
            throw fail(
                .template,
                "#foreach has no list",
                suggestion: "write #foreach($item in $list) … #end",
            )
        }
        let list = resolved(try value(node.b))
        traceLoop(node, list)
        guard var cursor = try loopCursor(over: list) else { return }

        let saved = try (variable(node.a), variable(BuiltInSlot.velocityCount), variable(BuiltInSlot.velocityHasNext))
        let scope = LoopScope(node: number, replacing: try variable(BuiltInSlot.foreach))
        guard scope.depth <= limits.recursion else { throw fail(.limit, "more than \(limits.recursion) loops around each other") }
        assign(BuiltInSlot.foreach, .object(scope))
        let outer = (depth, frame)
        var rounds = 0
        let limit = isService ? limits.loopRounds : Int.max
        while rounds < limit, hasNext(&cursor) {
            try spend()
            rounds += 1
            assign(BuiltInSlot.velocityCount, .integer(Int32(truncatingIfNeeded: rounds)))
            let element = try next(&cursor)
            let hasNext = hasNext(&cursor)
            assign(BuiltInSlot.velocityHasNext, .boolean(hasNext))
            assign(node.a, element)
            scope.index &+= 1
            scope.hasNext = hasNext
            if case .object(let object) = list, let iterator = object as? IteratorObject { iterator.cursor = cursor }
            guard node.c >= 0 else { throw fail(.template, "#foreach has no body") }
            do throws(Interruption) {
                try render(node.c)
            } catch .breakNearest {
                (depth, frame) = outer
                break
            } catch .breakLoop(let target) where target == number {
                (depth, frame) = outer
                break
            } catch {
                throw error
            }
        }
        if case .object(let object) = list, let iterator = object as? IteratorObject { iterator.cursor = cursor }
        restore(node.a, saved.0)
        restore(BuiltInSlot.velocityCount, saved.1)
        restore(BuiltInSlot.velocityHasNext, saved.2)
        // A template that assigned to $foreach keeps what it assigned.
        guard case .object(let object) = try variable(BuiltInSlot.foreach), let current = object as? LoopScope else {
            return
        }
        if let parent = current.parent {
            assign(BuiltInSlot.foreach, .object(parent))
        } else {
            restore(BuiltInSlot.foreach, current.replaced)
        }
    }

    private mutating func restore(_ slot: Int32, _ value: Value) {
        if value.isNull { remove(slot) } else { assign(slot, value) }
    }

    private mutating func remove(_ slot: Int32) {
        frame?.remove(slot)
        variables[Int(slot)] = .null
    }

    /// A cursor over what can be iterated; nil for what cannot.
    private mutating func loopCursor(over list: Value) throws(Interruption) -> Cursor? {
        let cursor = try cursor(over: list)
        if case .nothing = cursor.source { return nil }
        return cursor
    }
}
