using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MmapIo.Build.Binaries;

/// <summary>What a Windows library says about itself.</summary>
internal sealed class PeFile : IDisposable
{
    private const int StampInCoffHeader = 4;
    private const int DebugDirectoryEntry = 28;

    private readonly PEReader _reader;

    public PeFile(string file) => _reader = new PEReader(File.OpenRead(file));

    public Machine Machine => _reader.PEHeaders.CoffHeader.Machine;

    /// <summary>May it be loaded at any address, and is data kept from being executed?</summary>
    public bool IsHardened
    {
        get
        {
            const DllCharacteristics Both = DllCharacteristics.DynamicBase | DllCharacteristics.NxCompatible;
            return (_reader.PEHeaders.PEHeader!.DllCharacteristics & Both) == Both;
        }
    }

    public IReadOnlyList<string> Exports
    {
        get
        {
            BlobReader table = At(_reader.PEHeaders.PEHeader!.ExportTableDirectory.RelativeVirtualAddress);
            table.Offset += 24;
            int count = table.ReadInt32();
            table.Offset += 4;
            BlobReader names = At(table.ReadInt32());
            var all = new string[count];
            for (int index = 0; index < count; index++)
            {
                all[index] = Text(names.ReadInt32());
            }

            return all;
        }
    }

    /// <summary>The libraries it needs.</summary>
    public IReadOnlyList<string> Needed
    {
        get
        {
            List<string> all = [];
            BlobReader table = At(_reader.PEHeaders.PEHeader!.ImportTableDirectory.RelativeVirtualAddress);
            while (true)
            {
                table.Offset += 12;
                int name = table.ReadInt32();
                if (name == 0)
                {
                    return all;
                }

                all.Add(Text(name));
                table.Offset += 4;
            }
        }
    }

    /// <summary>
    /// Zeroes the time of linking, the only bytes in which two builds of the same sources differ; the linker that is
    /// in use cannot be told to.
    /// </summary>
    public static void RemoveTimestamps(string file)
    {
        byte[] image = File.ReadAllBytes(file);
        using var reader = new PEReader(new MemoryStream(image));
        Zero(reader.PEHeaders.CoffHeaderStartOffset + StampInCoffHeader);
        if (reader.PEHeaders.TryGetDirectoryOffset(reader.PEHeaders.PEHeader!.DebugTableDirectory, out int debug))
        {
            int size = reader.PEHeaders.PEHeader.DebugTableDirectory.Size;
            for (int entry = debug; entry < debug + size; entry += DebugDirectoryEntry)
            {
                Zero(entry + 4);
            }
        }

        // Left alone if there is nothing to change, so that nothing is linked anew for a newer file.
        if (!image.AsSpan().SequenceEqual(File.ReadAllBytes(file)))
        {
            File.WriteAllBytes(file, image);
        }

        void Zero(int at) => image.AsSpan(at, sizeof(int)).Clear();
    }

    public void Dispose() => _reader.Dispose();

    private BlobReader At(int address) => _reader.GetSectionData(address).GetReader();

    private string Text(int address)
    {
        BlobReader reader = At(address);
        int length = reader.IndexOf(0);
        return reader.ReadUTF8(length);
    }
}
