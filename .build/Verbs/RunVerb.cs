using System.CommandLine;

namespace MmapIo.Build.Verbs;

internal static class RunVerb
{
    public static Command Create()
    {
        var rest = new Argument<string[]>("arguments")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Handed to mmapio as they are.",
        };
        var verb = new Command("run", "Run mmapio in the current folder, building it first if needed.") { rest };
        verb.SetAction(async parsed =>
        {
            string program = await ToolProgram.UpToDateAsync();
            return await Step.AttachedAsync(Managed.Dotnet, [program, .. parsed.GetRequiredValue(rest)]);
        });
        return verb;
    }
}
