using System.Text.Json;

namespace MmapIo.Tests.Tool;

/// <summary>What <c>mmapio stat --json</c> writes: an array of one object for each file it could show.</summary>
public sealed class StatJsonTests
{
    [Fact]
    public void Each_file_is_an_object_with_its_counts_and_slices()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        string path = Touched.FirstPages(memory, 100, 25);
        JsonElement file = Assert.Single(Parse(ToolProcess.Run("stat", "--json", path), 0));
        Assert.Equal(path, file.GetProperty("path").GetString());
        Assert.Equal(100 * MemoryMap.PageSize, file.GetProperty("bytes").GetInt64());
        Assert.Equal(MemoryMap.PageSize, file.GetProperty("pageSize").GetInt32());
        Assert.Equal(100, file.GetProperty("pages").GetInt64());
        Assert.Equal(25, file.GetProperty("residentPages").GetInt64());
        Assert.Equal(25.0, file.GetProperty("percent").GetDouble());
        Assert.Equal(JsonValueKind.Null, file.GetProperty("unknownReason").ValueKind);
        JsonElement[] slices = [.. file.GetProperty("slices").EnumerateArray()];
        Assert.Equal(100, slices.Sum(slice => slice.GetProperty("pages").GetInt64()));
        Assert.Equal(25, slices.Sum(slice => slice.GetProperty("residentPages").GetInt64()));
        Assert.Equal(0, Offset(slices[0]));
        Assert.All(slices.Zip(slices[1..]), pair => Assert.Equal(End(pair.First), Offset(pair.Second)));
    }

    [Fact]
    public void Counts_are_null_where_the_system_does_not_keep_them()
    {
        using Scratch scratch = new();
        JsonElement file = Assert.Single(Parse(ToolProcess.Run("stat", "--json", scratch.Holding([1])), 0));
        JsonValueKind kind = MemoryMap.Capabilities.CanCountDirtyPages ? JsonValueKind.Number : JsonValueKind.Null;
        Assert.All(
            ["dirtyPages", "writebackPages", "recentlyEvictedPages"],
            name => Assert.Equal(kind, file.GetProperty(name).ValueKind));
    }

    [Fact]
    public void An_empty_file_has_no_percentage_and_no_slices()
    {
        using Scratch scratch = new();
        JsonElement file = Assert.Single(Parse(ToolProcess.Run("stat", "--json", scratch.Holding([])), 0));
        Assert.Equal(0, file.GetProperty("pages").GetInt64());
        Assert.Equal(0, file.GetProperty("residentPages").GetInt64());
        Assert.Equal(JsonValueKind.Null, file.GetProperty("percent").ValueKind);
        Assert.Empty(file.GetProperty("slices").EnumerateArray());
    }

    [Fact]
    public void A_name_comes_back_as_it_was()
    {
        Needs.Posix("Windows has no such names");
        using Scratch scratch = new();
        string path = scratch.Holding([1], "a \"b\"\n\e[31m[red]名前");
        ToolProcess run = ToolProcess.Run("stat", "--json", path);
        Assert.DoesNotContain('\e', run.Output);
        Assert.Equal(path, Assert.Single(Parse(run, 0)).GetProperty("path").GetString());
    }

    [Fact]
    public void Files_that_fail_are_left_out_and_the_array_stays_whole()
    {
        using Scratch scratch = new();
        string[] there = [scratch.Holding([1], "a"), scratch.Holding([1], "b")];
        ToolProcess run = ToolProcess.Run("stat", "--json", there[0], scratch.At("missing"), there[1]);
        Assert.Equal(there, Parse(run, 1).Select(file => file.GetProperty("path").GetString()));
        Assert.Single(run.ErrorLines);
        Assert.Empty(Parse(ToolProcess.Run("stat", "--json", scratch.At("missing")), 1));
    }

    private static long Offset(JsonElement slice) => slice.GetProperty("offset").GetInt64();

    private static long End(JsonElement slice) =>
        Offset(slice) + (slice.GetProperty("pages").GetInt64() * MemoryMap.PageSize);

    private static JsonElement[] Parse(ToolProcess run, int exitCode)
    {
        Assert.Equal(exitCode, run.ExitCode);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return [.. document.RootElement.EnumerateArray().Select(file => file.Clone())];
    }
}
