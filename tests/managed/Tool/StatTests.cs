using System.Text;

namespace MmapIo.Tests.Tool;

/// <summary>What <c>mmapio stat</c> writes into a pipe: one line per file, for scripts.</summary>
public sealed class StatTests
{
    private const int Cells = 64;

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(256, "50.0")]
    [InlineData(512, "100.0")]
    public void The_numbers_are_those_of_the_pages_touched(int touched, string percent)
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        string path = Touched.FirstPages(memory, 512, touched);
        Dictionary<string, string> line = StatOne(path);
        Assert.Equal(path, line["path"]);
        Assert.Equal(512 * MemoryMap.PageSize, long.Parse(line["bytes"]));
        Assert.Equal("512", line["pages"]);
        Assert.Equal($"{touched}", line["resident"]);
        Assert.Equal(percent, line["percent"]);
        Assert.DoesNotContain("reason", line.Keys);
    }

    [Fact]
    public void The_strip_shows_which_half_is_there()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        string strip = StatOne(Touched.FirstPages(memory, 10 * Cells, 5 * Cells))["strip"];
        Assert.Equal(new string('#', Cells / 2) + new string('.', Cells / 2), strip);
    }

    [Fact]
    public void A_cell_counts_tenths_and_keeps_the_ends_of_the_scale_for_none_and_all()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        IEnumerable<long> halfOfSecond = Enumerable.Range(1000, 500).Select(page => (long)page);
        IEnumerable<long> allButOneOfThird = Enumerable.Range(2000, 999).Select(page => (long)page);
        string path = Touched.Pages(memory, 1000 * Cells, [5, .. halfOfSecond, .. allButOneOfThird]);
        Assert.StartsWith("159.", StatOne(path)["strip"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_file_has_one_cell_per_page()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        Assert.Equal("#.#", StatOne(Touched.Pages(memory, 3, 0, 2))["strip"]);
    }

    [Fact]
    public void The_last_page_counts_though_the_file_ends_inside_it()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        Dictionary<string, string> line = StatOne(memory.Holding(new byte[MemoryMap.PageSize + 1]));
        Assert.Equal(("2", "2", "##"), (line["pages"], line["resident"], line["strip"]));
    }

    [Fact]
    public void An_empty_file_has_no_pages_and_no_percentage()
    {
        using Scratch scratch = new();
        Dictionary<string, string> line = StatOne(scratch.Holding([]));
        Assert.Equal(("0B", "0", "0", "0"), (line["size"], line["bytes"], line["pages"], line["resident"]));
        Assert.Equal(("-", "-"), (line["percent"], line["strip"]));
    }

    [Fact]
    public void A_terabyte_takes_no_longer_than_a_megabyte_and_one_page_of_it_shows()
    {
        Needs.PageCacheResidency();
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count pages without a look at each");
        using Scratch memory = Scratch.InMemory();
        const long Bytes = 1L << 40;
        long pages = Bytes / MemoryMap.PageSize;
        Dictionary<string, string> line = StatOne(Touched.Pages(memory, pages, pages / 2));
        Assert.Equal(("1.0TiB", $"{Bytes}"), (line["size"], line["bytes"]));
        Assert.Equal(("1", "0.1"), (line["resident"], line["percent"]));
        Assert.Equal(new string('.', Cells / 2) + "1" + new string('.', (Cells / 2) - 1), line["strip"]);
    }

    [Theory]
    [InlineData("[red]not a style[/]")]
    [InlineData("@not a list of arguments")]
    [InlineData("[suggest]")]
    [InlineData("naïve 名前 🗺")]
    public void A_name_is_only_a_name(string name)
    {
        if (!Ascii.IsValid(name))
        {
            Needs.Posix("Windows has pipes in the code page of the console");
        }
        using Scratch scratch = new();
        // The slash in a closing tag is a folder's.
        string path = scratch.At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, [1]);
        Assert.Equal(path, StatOne(path)["path"]);
    }

    [Fact]
    public void A_name_cannot_forge_lines_or_send_escape_codes()
    {
        Needs.Posix("Windows has no such names");
        using Scratch scratch = new();
        string path = scratch.Holding([1], "a\nb\tc\e[31m\u202Ed");
        Assert.EndsWith(@"a\nb\tc\x1b[31m\u202ed", StatOne(path)["path"], StringComparison.Ordinal);
    }

    [Fact]
    public void Piped_output_is_one_line_of_the_same_fields_for_each_file_and_no_escape_codes()
    {
        using Scratch scratch = new();
        string[] paths =
            [scratch.Holding(new byte[100_000], "one"), scratch.Holding([], "two"), scratch.Sparse(1 << 20, "three")];
        ToolProcess run = ToolProcess.Run(["stat", .. paths]);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Errors);
        Assert.DoesNotContain('\e', run.Output);
        Assert.Equal(paths, run.OutputLines.Select(line => ToolProcess.Fields(line)["path"]));
        Assert.All(run.OutputLines, line => Assert.Equal(
            ["path", "size", "bytes", "pages", "resident", "percent", "dirty", "strip"],
            ToolProcess.Fields(line).Keys.Except(["reason"])));
    }

    [Fact]
    public void A_residency_that_the_system_keeps_to_itself_is_unknown_and_not_a_number()
    {
        Needs.Linux("whom the kernel tells differs");
        Assert.SkipUnless(Linux.IsRoot, "only root can make a file for somebody else to ask about");
        using Scratch memory = Scratch.InMemory();
        string path = Touched.Pages(memory, 512);
        ToolProcess run = ToolProcess.RunUnprivileged("stat", path);
        Assert.Equal(0, run.ExitCode);
        Dictionary<string, string> line = ToolProcess.Fields(Assert.Single(run.OutputLines));
        if (line["resident"] == "0")
        {
            // Kernels from 6.5 on, until they were taught otherwise, tell everybody, and tell the truth.
            return;
        }
        Assert.Equal("512", line["pages"]);
        Assert.All(["resident", "percent", "dirty", "strip"], field => Assert.Equal("unknown", line[field]));
        Assert.NotEmpty(line["reason"]);
    }

    private static Dictionary<string, string> StatOne(string path)
    {
        ToolProcess run = ToolProcess.Run("stat", path);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        return ToolProcess.Fields(Assert.Single(run.OutputLines));
    }
}
