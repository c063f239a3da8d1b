namespace MmapIo.Build.Binaries;

/// <summary>What a 64-bit little-endian ELF library says about itself.</summary>
internal sealed class ElfFile
{
    public const int MachineX64 = 62;
    public const int MachineArm64 = 183;

    private const uint Magic = 0x464C457F;
    private const uint DynamicSection = 6;
    private const uint DynamicSymbols = 11;
    private const uint VersionNeeds = 0x6FFFFFFE;
    private const long NeededTag = 1;
    private const long SonameTag = 14;
    private const int Absolute = 0xFFF1;
    private const uint GnuStack = 0x6474E551;

    private readonly Bytes _bytes;
    private readonly List<Section> _sections = [];

    public ElfFile(Bytes bytes)
    {
        _bytes = bytes;
        if (bytes.U32(0) != Magic || bytes.U8(4) != 2 || bytes.U8(5) != 1)
        {
            throw new BadImageFormatException("it is not a 64-bit little-endian ELF file");
        }

        long table = bytes.I64(0x28);
        for (int index = 0; index < bytes.U16(0x3C); index++)
        {
            long at = table + (index * bytes.U16(0x3A));
            _sections.Add(new Section(
                bytes.U32(at + 4), bytes.I64(at + 0x18), bytes.I64(at + 0x20), (int)bytes.U32(at + 0x28)));
        }
    }

    public int Machine => _bytes.U16(0x12);

    public string? Soname => DynamicEntries(SonameTag).SingleOrDefault();

    /// <summary>The libraries it needs.</summary>
    public IReadOnlyList<string> Needed => [.. DynamicEntries(NeededTag)];

    /// <summary>Is a stack asked for that can be executed? It would be for the whole process.</summary>
    public bool WantsExecutableStack
    {
        get
        {
            for (int index = 0; index < _bytes.U16(0x38); index++)
            {
                long at = _bytes.I64(0x20) + (index * _bytes.U16(0x36));
                if (_bytes.U32(at) == GnuStack)
                {
                    return (_bytes.U32(at + 4) & 1) != 0;
                }
            }

            return true;
        }
    }

    /// <summary>The functions and data that others can link to.</summary>
    public IReadOnlyList<string> Exports
    {
        get
        {
            List<string> names = [];
            Section symbols = Only(DynamicSymbols);
            for (long at = symbols.Offset; at < symbols.Offset + symbols.Size; at += 24)
            {
                int binding = _bytes.U8(at + 4) >> 4;
                int section = _bytes.U16(at + 6);

                // Local, undefined, or the name of a version node.
                if (binding != 0 && section != 0 && section != Absolute)
                {
                    names.Add(Name(symbols, _bytes.U32(at)));
                }
            }

            return names;
        }
    }

    /// <summary>The symbol versions it needs of others, such as GLIBC_2.17.</summary>
    public IReadOnlyList<string> NeededVersions
    {
        get
        {
            List<string> names = [];
            foreach (Section section in _sections.Where(section => section.Type == VersionNeeds))
            {
                long library = section.Offset;
                for (uint next = 1; next != 0; library += next)
                {
                    long version = library + _bytes.U32(library + 8);
                    for (int left = _bytes.U16(library + 2); left > 0; left--)
                    {
                        names.Add(Name(section, _bytes.U32(version + 8)));
                        version += _bytes.U32(version + 12);
                    }

                    next = _bytes.U32(library + 12);
                }
            }

            return names;
        }
    }

    private Section Only(uint type) => _sections.Single(section => section.Type == type);

    private string Name(Section section, long offset) => _bytes.Text(_sections[section.Link].Offset + offset);

    private IEnumerable<string> DynamicEntries(long tag)
    {
        Section dynamic = Only(DynamicSection);
        for (long at = dynamic.Offset; at < dynamic.Offset + dynamic.Size && _bytes.I64(at) != 0; at += 16)
        {
            if (_bytes.I64(at) == tag)
            {
                yield return Name(dynamic, _bytes.I64(at + 8));
            }
        }
    }

    /// <summary>A section; the link of those read here is the section that their names are in.</summary>
    private sealed record Section(uint Type, long Offset, long Size, int Link);
}
