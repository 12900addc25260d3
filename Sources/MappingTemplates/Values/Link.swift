/// Something that can hold other values: another link, and that another, in a chain so long that giving it back as a
/// whole would need more stack than there is; or, once a template has changed it, itself: a list that is put into itself,
/// an entry whose value is its map, a block that is defined in the macro whose variables hold it.
protocol Link: AnyObject {
    /// Lets go of everything that is held.
    func unlink()
}

extension ListObject: Link {
    func unlink() { removeAll() }
}

extension MapObject: Link {
    func unlink() { removeAll() }
}

extension EntryObject: Link {
    func unlink() { value = .null }
}

extension MacroFrame: Link {
    func unlink() { locals = [:] }
}

extension Renderer {
    /// Notes that `holder` now holds `value`. Java collects circles and chains of garbage; here they are kept, and taken
    /// apart link by link when the template is done.
    mutating func note(_ holder: some Link, holds value: Value) {
        switch value {
        case .list, .map, .object:
            if links.last !== holder { links.append(holder) }
        default: break
        }
    }

    mutating func unlink() {
        for link in links { link.unlink() }
        links = []
    }
}
