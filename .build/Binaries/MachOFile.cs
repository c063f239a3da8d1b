using System.Text;

namespace MmapIo.Build.Binaries;

/// <summary>What a 64-bit macOS library says about itself.</summary>
internal sealed class MachOFile
{
    public const uint CpuX64 = 0x01000007;
    public const uint CpuArm64 = 0x0100000C;

    private const uint Magic = 0xFEEDFACF;
    private const int HeaderSize = 32;
    private const uint LoadLibrary = 0xC;
    private const uint OwnName = 0xD;
    private const uint CodeSignature = 0x1D;
    private const uint CompressedInfo = 0x80000022;
    private const uint ExportTrie = 0x80000033;
    private const uint BuildVersion = 0x32;
    private const uint PlatformMacOS = 1;

    private readonly Bytes _bytes;
    private readonly List<(uint Command, long At)> _commands = [];

    public MachOFile(Bytes bytes)
    {
        _bytes = bytes;
        if (bytes.U32(0) != Magic)
        {
            throw new BadImageFormatException("it is not a 64-bit Mach-O file");
        }

        long at = HeaderSize;
        for (uint left = bytes.U32(0x10); left > 0; left--)
        {
            _commands.Add((bytes.U32(at), at));
            at += bytes.U32(at + 4);
        }
    }

    public uint Cpu => _bytes.U32(4);

    /// <summary>The name that programs linked with it look for.</summary>
    public string? InstallName => Libraries(OwnName).SingleOrDefault();

    /// <summary>The libraries it needs.</summary>
    public IReadOnlyList<string> Needed => [.. Libraries(LoadLibrary)];

    /// <summary>The oldest macOS it says it runs on, or null if it is not for macOS.</summary>
    public Version? OldestMacOS => Find(BuildVersion) is { } at && _bytes.U32(at + 8) == PlatformMacOS
        ? new Version((int)(_bytes.U32(at + 12) >> 16), (int)(_bytes.U32(at + 12) >> 8 & 0xFF))
        : null;

    /// <summary>What the loader finds by name, less the underscore that C puts before it.</summary>
    public IReadOnlyList<string> Exports
    {
        get
        {
            (long offset, long size) = Find(ExportTrie) is { } trie ? (_bytes.U32(trie + 8), _bytes.U32(trie + 12))
                : Find(CompressedInfo) is { } info ? (_bytes.U32(info + 40), _bytes.U32(info + 44))
                : (0u, 0u);
            List<string> names = [];
            if (size > 0)
            {
                Collect(offset, 0, "", names);
            }

            return [.. names.Select(name => name.StartsWith('_') ? name[1..] : name)];
        }
    }

    /// <summary>Where the signature lies, if there is one.</summary>
    public (long Offset, long Size)? Signature =>
        Find(CodeSignature) is { } at ? (_bytes.U32(at + 8), _bytes.U32(at + 12)) : null;

    /// <summary>Names are kept as a tree of their beginnings: each node holds the ends that can follow.</summary>
    private void Collect(long trie, long node, string beginning, List<string> names)
    {
        if (beginning.Length > 1000)
        {
            throw new BadImageFormatException("the tree of exports is not one");
        }

        long at = trie + node;
        long terminal = (long)_bytes.Uleb(ref at);
        if (terminal > 0)
        {
            names.Add(beginning);
        }

        at += terminal;
        for (int left = _bytes.U8(at++); left > 0; left--)
        {
            string more = _bytes.Text(at);
            at += Encoding.UTF8.GetByteCount(more) + 1;
            Collect(trie, (long)_bytes.Uleb(ref at), beginning + more, names);
        }
    }

    private long? Find(uint command) => _commands.Where(each => each.Command == command)
        .Select(each => (long?)each.At).FirstOrDefault();

    private IEnumerable<string> Libraries(uint command) => _commands.Where(each => each.Command == command)
        .Select(each => _bytes.Text(each.At + _bytes.U32(each.At + 8)));
}
