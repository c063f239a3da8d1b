using System.CommandLine;

namespace MmapIo.Build.Verbs;

internal static class FormatVerb
{
    public static Command Create()
    {
        var check = new Option<bool>("--check") { Description = "Change nothing; fail if something would change." };
        var verb = new Command("format", "Format the C# and C sources.") { check };
        verb.SetAction(async parsed =>
        {
            bool only = parsed.GetValue(check);
            await Prerequisites.RequireAsync(Prerequisite.ClangFormat);
            await Formatting.NativeAsync(only);
            await Formatting.ManagedAsync(only);
        });
        return verb;
    }
}
