using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace MmapIo.Tests;

/// <summary>
/// Streams that become longer and shorter: over maps that end where their file does, and not over part of one.
/// </summary>
public sealed class StreamGrowthTests : IDisposable
{
    private const int Length = 9000;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>Which streams have an end of their own.</summary>
    public static TheoryData<string> Parts => ["a range", "the first of a file", "the middle of a file", "copy on write"];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Over_part_of_a_file_it_is_as_long_as_it_is(string part)
    {
        string path = _scratch.Patterned(Length);
        var options = new MapOptions { Offset = part == "the middle of a file" ? 5000 : 0, Length = 10 };
        bool copies = part == "copy on write";
        using MemoryMap map = MemoryMap.Open(
            path, copies ? MapAccess.CopyOnWrite : MapAccess.ReadWrite, part == "a range" || copies ? null : options);
        using Stream stream = part == "a range" ? map.AsStream(0, 10) : map.AsStream();
        long end = stream.Length;
        foreach (long length in new[] { 0, 5, end, end + 1, 2 * Length, long.MaxValue })
        {
            Assert.Throws<NotSupportedException>(() => stream.SetLength(length));
        }
        foreach (long position in new[] { end - 1, end, end + 1, Length, Length + 100, long.MaxValue })
        {
            stream.Position = position;
            Assert.Throws<NotSupportedException>(() => stream.Write([1, 2]));
            Assert.Equal(position, stream.Position);
        }
        Assert.Equal((end, part == "a range" || copies ? Length : end), (stream.Length, map.Length));
        Assert.Equal(Pattern.Bytes(0, Length), Files.Bytes(path));
    }

    [Fact]
    public void Over_the_end_of_a_file_it_grows_and_shrinks_with_it()
    {
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Offset = 5000 });
        using Stream stream = map.AsStream();
        stream.Seek(0, SeekOrigin.End);
        stream.Write(Pattern.Bytes(Length, 100));
        Assert.Equal((4100, 4100), (stream.Length, stream.Position));
        Assert.Equal(Pattern.Bytes(0, Length + 100), Files.Bytes(path));
        stream.SetLength(3);
        Assert.Equal(Pattern.Bytes(0, 5003), Files.Bytes(path));
    }

    [Fact]
    public void What_others_append_makes_it_part_of_a_file_until_its_map_covers_that()
    {
        Needs.Posix("Windows has no lengths of a mapped file that others set");
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        using Stream stream = map.AsStream();
        stream.Position = Length;
        Cut.To(path, Length + 3);
        Assert.Throws<NotSupportedException>(() => stream.WriteByte(1));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(5));
        map.Resize(Length + 3);
        stream.WriteByte(1);
        Assert.Equal([.. Pattern.Bytes(0, Length), 1, 0, 0], Files.Bytes(path));
        stream.SetLength(5);
        Assert.Equal(Pattern.Bytes(0, 5), Files.Bytes(path));
    }

    /// <summary>The same calls on a stream of the framework's own: the bytes, the lengths and the positions agree.</summary>
    [Fact]
    [SuppressMessage("Security", "CA5394", Justification = "For sizes of a test.")]
    public void Any_sequence_of_calls_does_what_it_does_on_a_file()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string path = _scratch.Holding([]);
        using FileStream model = File.Create(_scratch.At("model"), 1);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        using Stream stream = map.AsStream();
        for (int step = 0; step < 2000; step++)
        {
            int size = random.Next(3) == 0 ? random.Next(20_000) : random.Next(20);
            int kind = random.Next(6);
            Both(stream);
            Both(model);
            Assert.True((model.Length, model.Position) == (stream.Length, stream.Position), $"seed {seed}, step {step}");

            void Both(Stream each)
            {
                switch (kind)
                {
                    case 0:
                        each.SetLength(size);
                        break;
                    case 1:
                        each.Position = size;
                        break;
                    case 2:
                        each.Seek(0, SeekOrigin.End);
                        break;
                    case 3:
                        each.WriteByte((byte)step);
                        break;
                    default:
                        each.Write(Pattern.Bytes(step, size));
                        break;
                }
            }
        }
        model.Flush();
        model.Position = 0;
        stream.Position = 0;
        byte[] expected = new byte[model.Length];
        byte[] given = new byte[stream.Length];
        model.ReadExactly(expected);
        stream.ReadExactly(given);
        Assert.True(expected.AsSpan().SequenceEqual(given), $"seed {seed}");
        Assert.True(expected.AsSpan().SequenceEqual(Files.Bytes(path)), $"seed {seed}");
    }

    [Fact]
    public void Memory_grows_as_files_do()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(10);
        using Stream stream = map.AsStream();
        stream.Position = 20;
        stream.Write([1, 2, 3]);
        stream.Position = 0;
        byte[] all = new byte[23];
        stream.ReadExactly(all);
        Assert.Equal([.. new byte[20], 1, 2, 3], all);
        stream.SetLength(4);
        Assert.Equal((4, 4), (stream.Length, map.Length));
    }

    [Fact]
    public void What_cannot_be_made_longer_is_as_it_was()
    {
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        using Stream stream = map.AsStream();
        stream.Position = Length - 1;
        using (map.Lease())
        {
            Assert.Throws<InvalidOperationException>(() => stream.Write([1, 2]));
            Assert.Throws<InvalidOperationException>(() => stream.SetLength(5));
        }
        Assert.Equal((Length - 1, Length), (stream.Position, stream.Length));
        foreach (long far in new[] { long.MaxValue - 1, long.MaxValue, 1L << 60 })
        {
            stream.Position = far;
            Assert.ThrowsAny<IOException>(() => stream.Write([1, 2]));
            Assert.Equal(far, stream.Position);
        }
        Assert.ThrowsAny<ArgumentException>(() => stream.SetLength(1L << 60));
        Assert.Equal(Pattern.Bytes(0, Length), Files.Bytes(path));
    }

    [Fact]
    public void An_archive_is_made_and_changed_in_it()
    {
        string path = _scratch.Holding([]);
        byte[] noise = Pattern.Bytes(0, 300_000);
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite))
        {
            using (var archive = new ZipArchive(map.AsStream(), ZipArchiveMode.Create))
            {
                Add(archive, "first", noise);
                Add(archive, "second", [1, 2, 3]);
            }
            using (var archive = new ZipArchive(map.AsStream(), ZipArchiveMode.Update))
            {
                archive.GetEntry("first")!.Delete();
                Add(archive, "third", noise);
                Add(archive, "fourth", noise);
            }
            using (var archive = new ZipArchive(map.AsStream(), ZipArchiveMode.Update))
            {
                archive.GetEntry("third")!.Delete();
            }
        }
        using ZipArchive plain = ZipFile.OpenRead(path);
        Assert.Equal(["second", "fourth"], plain.Entries.Select(entry => entry.Name));
        using var copy = new MemoryStream();
        using (Stream entry = plain.GetEntry("fourth")!.Open())
        {
            entry.CopyTo(copy);
        }
        Assert.Equal(noise, copy.ToArray());

        static void Add(ZipArchive archive, string name, byte[] bytes)
        {
            using Stream entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(bytes);
        }
    }
}
