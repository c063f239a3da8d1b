using System.Text;
using MmapIo.Samples;

namespace MmapIo.Tests;

/// <summary>The sample in docs/samples/DurableLog: what is left of a damaged log is the records before the damage.</summary>
public sealed class DurableLogTests : IDisposable
{
    private static readonly string[] s_records = ["", "one", "and another one", "x", new string('l', 300), "last"];

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Records_are_there_again_in_their_order()
    {
        string path = Write();
        using (DurableLog log = DurableLog.Open(path))
        {
            Assert.Equal(s_records.Length, log.Count);
            log.Append("more"u8);
        }

        Assert.Equal([.. s_records, "more"], Read(path));
    }

    [Fact]
    public void A_log_grows_beyond_the_room_it_has()
    {
        string path = _scratch.At("long.log");
        string[] records = [.. Enumerable.Range(0, 3_000).Select(i => new string((char)('a' + i % 26), i % 200))];
        using (DurableLog log = DurableLog.Open(path, FlushMode.Async))
        {
            foreach (string record in records)
            {
                log.Append(Encoding.UTF8.GetBytes(record));
            }
        }

        Assert.Equal(records, Read(path));
    }

    [Fact]
    public void A_log_that_is_cut_anywhere_has_the_whole_records_before_the_cut()
    {
        byte[] whole = File.ReadAllBytes(Write());
        int end = EndOf(s_records.Length);
        for (int length = 0; length <= end; length++)
        {
            Assert.Equal(WholeBefore(length), Reopened(whole.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_log_with_a_wrong_byte_has_the_records_before_it()
    {
        byte[] whole = File.ReadAllBytes(Write());
        for (int record = 0; record < s_records.Length; record++)
        {
            // The checksum, the length and the bytes; what fills up to a multiple of 8 counts for nothing.
            for (int at = EndOf(record); at < EndOf(record) + 12 + s_records[record].Length; at++)
            {
                byte[] damaged = [.. whole];
                damaged[at] ^= 0x10;
                Assert.Equal(s_records[..record], Reopened(damaged));
            }
        }
    }

    [Fact]
    public void What_was_dropped_does_not_come_back_when_its_place_is_filled()
    {
        string path = Write();
        byte[] damaged = File.ReadAllBytes(path);
        damaged[EndOf(1) + 12] ^= 1;
        File.WriteAllBytes(path, damaged);
        using (DurableLog log = DurableLog.Open(path))
        {
            log.Append("one"u8);
        }

        Assert.Equal(["", "one"], Read(path));
    }

    /// <summary>The device wrote a record anew and not the one before it, which is that of another history.</summary>
    [Fact]
    public void A_record_whose_predecessor_was_lost_is_none()
    {
        byte[] written = File.ReadAllBytes(Write());
        byte[] lost = File.ReadAllBytes(Write("", "eno", "and another one"));
        Assert.Equal(["", "eno"], Reopened([.. lost[..EndOf(2)], .. written[EndOf(2)..]]));
    }

    private string Write() => Write(s_records);

    private string Write(params string[] records)
    {
        string path = _scratch.At("records.log");
        File.Delete(path);
        using DurableLog log = DurableLog.Open(path);
        foreach (string record in records)
        {
            log.Append(Encoding.UTF8.GetBytes(record));
        }

        return path;
    }

    private string[] Reopened(ReadOnlySpan<byte> content)
    {
        string path = _scratch.At("reopened.log");
        File.WriteAllBytes(path, content);
        return Read(path);
    }

    private static string[] Read(string path)
    {
        using DurableLog log = DurableLog.Open(path);
        return [.. log.Records().Select(Encoding.UTF8.GetString)];
    }

    /// <summary>Where so many records end.</summary>
    private static int EndOf(int count) => s_records.Take(count).Sum(record => (12 + record.Length + 7) & ~7);

    /// <summary>A record is whole with its bytes: the last ones up to a multiple of 8 need not be there.</summary>
    private static string[] WholeBefore(int length) =>
        [.. s_records.TakeWhile((record, i) => EndOf(i) + 12 + record.Length <= length)];
}
